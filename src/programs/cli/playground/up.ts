import { up } from '../../../playground/up.ts';
import type { CliCommand } from '../command.ts';
import { nameOption } from './name-option.ts';
import { places } from './places.ts';
import { provideTools } from './provide-tools.ts';

/** `kubeslice playground up`. */
export const upCommand: CliCommand = {
  name: 'up',
  summary: 'Start clusters, or what of them is missing',
  description:
    'Brings up a hub and member clusters of real Kubernetes whose nodes are namespaces of this machine. What runs is left alone, so it can be called again after an interruption, to add clusters or nodes, and to start again what was killed.',
  options: [
    nameOption,
    {
      flags: '--clusters <names>',
      text: 'Clusters to have, separated by commas; the hub is always among them (default for a new playground: east,west)',
    },
    { flags: '--nodes <number>', text: 'Nodes of each cluster (default for a new cluster: 2)' },
    { flags: '--bare', text: 'Clusters only, without KubeSlice in them' },
  ],
  examples: ['kubeslice playground up', 'kubeslice playground up --clusters east,west,north --nodes 1 --bare'],
  run: async ({ options, env, terminal, signal }) => {
    const where = places(env);
    const tools = await provideTools(where, (line) => terminal.err(line), signal);
    const clusters = String(options.clusters ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const nodes = options.nodes === undefined ? {} : { nodes: Number(options.nodes) };
    const playground = await up(
      { name: String(options.name), clusters, ...nodes, stateDirectory: where.state, tools },
      (line) => terminal.err(line),
      signal,
    );
    terminal.out(`export KUBECONFIG=${playground.kubeconfig}`);
    return 0;
  },
};
