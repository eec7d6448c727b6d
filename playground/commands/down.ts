import { type CliCommand, exitCodes } from '../../src/cli/command.ts';
import { didYouMean } from '../../src/values/text/nearest.ts';
import { down } from '../clusters/down.ts';
import { requireRoot } from '../clusters/requirements.ts';
import { playgroundNames, readSpec } from '../clusters/state.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground down`. */
export const downCommand: CliCommand = {
  name: 'down',
  summary: 'Remove every process, namespace, interface, mount and control group, and prove it',
  options: [nameOption],
  run: async ({ options, env, terminal, signal }) => {
    const { state } = places(env);
    const name = playgroundName({ options, env });
    // Another user's state folder does not contain root's playgrounds, so a message about missing ones would be misleading.
    requireRoot();
    // The name may be wrong; but an incomplete playground has no description either, so remains are searched anyway.
    if ((await readSpec(state, name)) === undefined) {
      const names = await playgroundNames(state);
      terminal.err(
        `no playground is called "${name}" (there is ${names.join(', ') || 'none'}); searching for remains of one.${didYouMean(name, names)}`,
      );
    }
    const left = await down({ name, stateDirectory: state }, (line) => terminal.err(line), signal);
    if (left.length === 0) {
      terminal.out(`nothing of playground "${name}" is left: no process, namespace, interface, mount, control group or file`);
      return exitCodes.ok;
    }
    terminal.out(`still there:\n${left.map((line) => `  ${line}`).join('\n')}`);
    return exitCodes.failed;
  },
};
