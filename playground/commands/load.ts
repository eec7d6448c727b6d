import type { CliCommand } from '../../src/cli/command.ts';
import { load } from '../node-images/load.ts';
import { provideImages } from './images.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';

/** `kubeslice playground load`. */
export const loadCommand: CliCommand = {
  name: 'load',
  summary: 'Load image archives into every node',
  description: 'Without a file: the images of this KubeSlice, made first if need be.',
  arguments: [{ usage: '[file...]', text: 'docker-archive or OCI archives' }],
  options: [nameOption],
  examples: ['kubeslice playground load', 'kubeslice playground load my-image.tar'],
  run: async ({ arguments: files, options, env, terminal, signal, version }) => {
    const where = places(env);
    const named = files.filter((file) => file !== undefined);
    const wanted = named.length > 0 ? named : [await provideImages(where, version, signal)];
    await load(
      { name: playgroundName({ options, env }), stateDirectory: where.state, files: wanted },
      (line) => terminal.err(line),
      signal,
    );
    return 0;
  },
};
