import { down } from '../../../playground/down.ts';
import { type CliCommand, exitCodes } from '../command.ts';
import { nameOption } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground down`. */
export const downCommand: CliCommand = {
  name: 'down',
  summary: 'Remove every process, namespace, interface, mount and control group, and prove it',
  options: [nameOption],
  run: async ({ options, env, terminal, signal }) => {
    const left = await down({ name: String(options.name), stateDirectory: places(env).state }, (line) => terminal.err(line), signal);
    if (left.length === 0) {
      terminal.out(
        `nothing of playground "${String(options.name)}" is left: no process, namespace, interface, mount, control group or file`,
      );
      return exitCodes.ok;
    }
    terminal.out(`still there:\n${left.map((line) => `  ${line}`).join('\n')}`);
    return exitCodes.failed;
  },
};
