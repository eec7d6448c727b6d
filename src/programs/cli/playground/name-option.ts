import type { CliInput, CliOption } from '../command.ts';

/** The variable that `playground env` sets, so that a shell goes on with the playground that it entered. */
const nameVariable = 'KUBESLICE_PLAYGROUND';

/** Which playground is meant; several live side by side. */
export const nameOption: CliOption = {
  flags: '--name <name>',
  text: `Name of the playground (default: the one in ${nameVariable}, else "default")`,
};

/** The name that was given, else that of the playground which this shell has entered, else `default`. */
export const playgroundName = ({ options, env }: Pick<CliInput, 'options' | 'env'>): string =>
  typeof options.name === 'string' ? options.name : env[nameVariable] || 'default';
