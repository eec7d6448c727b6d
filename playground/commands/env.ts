import type { CliCommand } from '../../src/cli/command.ts';
import { environment } from '../clusters/environment.ts';
import { playgroundPaths } from '../clusters/paths.ts';
import { requireSpec } from '../clusters/state.ts';
import { programFolder } from '../toolchain/tools.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { provideOwnCommand } from './own-command.ts';
import { places } from './places.ts';

/** `kubeslice playground env`. */
export const envCommand: CliCommand = {
  name: 'env',
  summary: 'Print shell exports: KUBECONFIG, and a PATH with kubectl and kubeslice',
  options: [nameOption],
  examples: ['eval "$(kubeslice playground env)"'],
  run: async ({ options, env, terminal }) => {
    const where = places(env);
    const { name } = await requireSpec(where.state, playgroundName({ options, env }));
    const paths = playgroundPaths(where.state, name);
    await provideOwnCommand(where, programFolder(paths));
    terminal.out(environment(paths, env.NO_PROXY ?? env.no_proxy));
    return 0;
  },
};
