import { start } from './start.ts';
import { client, watcher } from './workloads.ts';
import type { World } from './world.ts';

/** Namespace of pods that look on and belong to no slice. */
export const watching = 'e2e-watch';

/** Member clusters of these tests. */
export const members = ['east', 'west'] as const;

/** A pod `watch-<node>` on each node of the members, and a pod `outside`, in a namespace that is in no slice. */
export const startWatching = async (world: World): Promise<void> => {
  await Promise.all(
    members.map(async (context) => {
      const nodes = await world.list(context, 'node');
      const watchers = nodes.map(({ metadata: { name } }) => watcher(`watch-${name}`, watching, name));
      await start(world, context, watching, client('outside', watching), ...watchers);
    }),
  );
};

/** What a command prints on each node of a cluster, run in the pod that watches it; the node's files are under /node. */
export const onEachNode = async (world: World, context: string, command: readonly string[]): Promise<string[]> => {
  const pods = await world.list(context, 'pod', '--namespace', watching);
  const watchers = pods.map(({ metadata: { name } }) => name).filter((name) => name.startsWith('watch-'));
  return Promise.all(watchers.map((name) => world.exec(context, watching, name, command)));
};
