import type { CliInput, CliOption } from '../../src/cli/command.ts';

/** The variable that `playground env` sets, so that a shell continues with the playground that it entered. */
const nameVariable = 'KUBESLICE_PLAYGROUND';

/** The name of the playground; several can exist side by side. */
export const nameOption: CliOption = {
  flags: '--name <name>',
  text: `Name of the playground (default: the one in ${nameVariable}, else "default")`,
};

/** The given name, else that of the playground which this shell has entered, else `default`. */
export const playgroundName = ({ options, env }: Pick<CliInput, 'options' | 'env'>): string =>
  typeof options.name === 'string' ? options.name : env[nameVariable] || 'default';
