import type { CliCommand } from '../../src/cli/command.ts';
import { playgroundPaths } from '../clusters/paths.ts';
import { requireSpec } from '../clusters/state.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground kubeconfig`. */
export const kubeconfigCommand: CliCommand = {
  name: 'kubeconfig',
  summary: 'Print the path of a kubeconfig with one context for each cluster',
  options: [nameOption],
  examples: ['kubectl --kubeconfig "$(kubeslice playground kubeconfig)" --context east get pods -A'],
  run: async ({ options, env, terminal }) => {
    const { state } = places(env);
    const { name } = await requireSpec(state, playgroundName({ options, env }));
    terminal.out(playgroundPaths(state, name).kubeconfig);
    return 0;
  },
};
