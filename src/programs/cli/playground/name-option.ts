import type { CliOption } from '../command.ts';

/** Which playground is meant; several live side by side. */
export const nameOption: CliOption = { flags: '--name <name>', text: 'Name of the playground', default: 'default' };
