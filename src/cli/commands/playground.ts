import { demoCommand } from '../../../playground/commands/demo.ts';
import { downCommand } from '../../../playground/commands/down.ts';
import { envCommand } from '../../../playground/commands/env.ts';
import { faultCommand } from '../../../playground/commands/fault.ts';
import { kubeconfigCommand } from '../../../playground/commands/kubeconfig.ts';
import { loadCommand } from '../../../playground/commands/load.ts';
import { statusCommand } from '../../../playground/commands/status.ts';
import { toolCommand } from '../../../playground/commands/tool.ts';
import { upCommand } from '../../../playground/commands/up.ts';
import type { CliCommand } from '../command.ts';

/** `kubeslice playground …`: real clusters on this machine. */
export const command: CliCommand = {
  name: 'playground',
  summary: 'Real clusters on this machine to try things on',
  commands: [demoCommand, upCommand, downCommand, kubeconfigCommand, envCommand, loadCommand, faultCommand, statusCommand, toolCommand],
};
