import { environment } from '../../../playground/environment.ts';
import { playgroundPaths } from '../../../playground/paths.ts';
import { requireSpec } from '../../../playground/state.ts';
import type { CliCommand } from '../command.ts';
import { nameOption } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground env`. */
export const envCommand: CliCommand = {
  name: 'env',
  summary: 'Print shell exports: KUBECONFIG, and a PATH with kubectl',
  options: [nameOption],
  examples: ['eval "$(kubeslice playground env)"'],
  run: async ({ options, env, terminal }) => {
    const { state } = places(env);
    const { name } = await requireSpec(state, String(options.name));
    terminal.out(environment(playgroundPaths(state, name), env.NO_PROXY ?? env.no_proxy));
    return 0;
  },
};
