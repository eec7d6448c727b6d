import { join } from 'node:path';
import type { CliCommand } from '../../src/cli/command.ts';
import { Failure } from '../../src/values/failure.ts';
import { provide } from '../toolchain/provide.ts';
import { places } from './places.ts';
import { eachFifteenSeconds } from './provide-tools.ts';

/** `kubeslice playground tool`: programs that the first run does not need, compiled at their first use. */
export const toolCommand: CliCommand = {
  name: 'tool',
  summary: 'Print the path of a further program, compiled at its first use',
  arguments: [{ usage: '<name>', text: 'helm' }],
  examples: ['kubeslice playground tool helm'],
  run: async ({ arguments: [name], env, terminal, signal }) => {
    if (name !== 'helm') throw new Failure('InvalidInput', `There is no further program "${name}"; there is: helm.`);
    const where = places(env);
    const report = eachFifteenSeconds((line) => terminal.err(line));
    const { helm } = await provide(['helm'], { cache: where.cache, modules: join(where.project, 'toolchain'), report }, signal);
    terminal.out(helm);
    return 0;
  },
};
