import { load } from '../../../playground/load.ts';
import type { CliCommand } from '../command.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground load`. */
export const loadCommand: CliCommand = {
  name: 'load',
  summary: 'Load image archives into every node',
  arguments: [{ usage: '<file...>', text: 'docker-archive or OCI archives' }],
  options: [nameOption],
  examples: ['kubeslice playground load my-image.tar'],
  run: async ({ arguments: files, options, env, terminal, signal }) => {
    const wanted = files.filter((file) => file !== undefined);
    await load(
      { name: playgroundName({ options, env }), stateDirectory: places(env).state, files: wanted },
      (line) => terminal.err(line),
      signal,
    );
    return 0;
  },
};
