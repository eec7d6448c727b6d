import { join } from 'node:path';
import type { CliCommand, CliInput, CliOption } from '../../src/cli/command.ts';
import { checkUp, up } from '../clusters/up.ts';
import { toolOf } from '../toolchain/catalogue.ts';
import { provideImages } from './images.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';
import { populate } from './populate.ts';
import { provideTools } from './provide-tools.ts';
import { clusterNames, nodeCount } from './quantities.ts';
import { recordInstalled, restartPrograms } from './restart-programs.ts';

/** The only version whose sources are pinned in toolchain/kubernetes. */
const kubernetesVersion = toolOf('kube').version.split('.').slice(0, 2).join('.');

/** The shape of a playground. */
export const shapeOptions: readonly CliOption[] = [
  {
    flags: '--clusters <names>',
    text: 'Clusters to have, separated by commas; the hub is always among them (default for a new playground: east,west)',
  },
  { flags: '--nodes <number>', text: 'Nodes of each cluster (default for a new cluster: 2)' },
  { flags: '--kubernetes <version>', text: 'Minor version of Kubernetes', choices: [kubernetesVersion], default: kubernetesVersion },
];

/** A running playground. */
export interface BroughtUp {
  readonly kubeconfig: string;
  /** Folder of kubectl and other programs. */
  readonly binaries: string;
  /** Names of the member clusters. */
  readonly members: readonly string[];
}

/** Brings up what the options describe, with KubeSlice unless `--bare` is given. */
export async function bringUp(input: CliInput): Promise<BroughtUp> {
  const { options, env, terminal, signal, version } = input;
  const where = places(env);
  const report = (line: string): void => terminal.err(line);
  const clusters = options.clusters === undefined ? [] : clusterNames(String(options.clusters));
  const nodes = options.nodes === undefined ? {} : { nodes: nodeCount(String(options.nodes)) };
  const name = playgroundName(input);
  // Before minutes of building.
  await checkUp({ name, clusters, ...nodes, stateDirectory: where.state });
  const tools = await provideTools(where, report, signal);
  const bare = options.bare === true;
  const images = bare ? [] : [await provideImages(where, version, signal)];
  const { spec, kubeconfig } = await up(
    {
      name,
      clusters,
      ...nodes,
      stateDirectory: where.state,
      tools: bare ? tools : { ...tools, images },
      images: [],
      keepFaults: options.keepFaults === true,
    },
    report,
    signal,
  );
  const members = spec.clusters.map((cluster) => cluster.name).filter((member) => member !== 'hub');
  // A cluster that cannot reach its hub cannot join, and agents start on new nodes without help.
  const binaries = join(where.state, name, 'bin');
  const [archive] = images;
  if (archive !== undefined && options.keepFaults !== true) {
    const installed = { kubeconfig, binaries, state: join(where.state, name), archive };
    if (await restartPrograms(members, installed, signal)) report('programs of an earlier build are replaced');
    await populate(input, kubeconfig, members, report);
    await recordInstalled(installed);
  }
  return { kubeconfig, binaries, members };
}

/** `kubeslice playground up`. */
export const upCommand: CliCommand = {
  name: 'up',
  summary: 'Start clusters, or what of them is missing',
  description:
    'Brings up a hub and member clusters of real Kubernetes whose nodes are namespaces of this machine. What runs is left alone, so it can be called again after an interruption, to add clusters or nodes, and to start again what was killed.',
  options: [
    nameOption,
    ...shapeOptions,
    { flags: '--bare', text: 'Clusters only, without KubeSlice in them' },
    {
      flags: '--keep-faults',
      text: 'Leave cuts, delays and losses between clusters in place, and install nothing; what was killed is started again',
    },
  ],
  examples: [
    'kubeslice playground up',
    'kubeslice playground up --clusters east,west,north --nodes 1 --bare',
    'kubeslice playground up --clusters west --nodes 3 --keep-faults',
  ],
  run: async (input) => {
    const { kubeconfig } = await bringUp(input);
    input.terminal.out(`export KUBECONFIG=${kubeconfig}`);
    return 0;
  },
};
