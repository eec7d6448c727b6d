import type { CliCommand } from '../command.ts';
import { demoCommand } from '../playground/demo.ts';
import { downCommand } from '../playground/down.ts';
import { envCommand } from '../playground/env.ts';
import { faultCommand } from '../playground/fault.ts';
import { kubeconfigCommand } from '../playground/kubeconfig.ts';
import { loadCommand } from '../playground/load.ts';
import { statusCommand } from '../playground/status.ts';
import { toolCommand } from '../playground/tool.ts';
import { upCommand } from '../playground/up.ts';

/** `kubeslice playground …`: real clusters on this machine. */
export const command: CliCommand = {
  name: 'playground',
  summary: 'Real clusters on this machine to try things on',
  commands: [demoCommand, upCommand, downCommand, kubeconfigCommand, envCommand, loadCommand, faultCommand, statusCommand, toolCommand],
};
