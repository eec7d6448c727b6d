import type { CliCommand } from './command.ts';
import { downCommand } from './playground/down.ts';
import { upCommand } from './playground/up.ts';

/** `kubeslice playground …`: real clusters on this machine. */
export const command: CliCommand = {
  name: 'playground',
  summary: 'Real clusters on this machine to try things on',
  commands: [upCommand, downCommand],
};
