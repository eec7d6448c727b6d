import { ensure, until } from './until.ts';
import { members } from './watchers.ts';
import type { World } from './world.ts';

/** The tunnel of one node as its own WireGuard shows it: pre-shared key by public key of the peer. */
export interface NodeTunnel {
  readonly publicKey: string;
  readonly keys: ReadonlyMap<string, string>;
}

/** Tunnels of all nodes in all slices, by interface and public key. */
export const tunnelsOf = async (world: World, context: string): Promise<NodeTunnel[]> => {
  const agents = await world.list(context, 'pod', '--namespace', 'kubeslice-system', '--selector', 'app.kubernetes.io/component=agent');
  const dumps = await Promise.all(
    agents.map(({ metadata: { name } }) => world.exec(context, 'kubeslice-system', name, ['wg', 'show', 'all', 'dump'])),
  );
  return dumps.flatMap((dump) => {
    const lines = dump.split('\n').map((line) => line.split('\t'));
    return lines
      .filter((words) => words.length === 5)
      .map(([device = '', , publicKey = '']) => ({
        publicKey,
        keys: new Map(lines.filter((words) => words.length === 9 && words[0] === device).map(([, peer = '', key = '']) => [peer, key])),
      }));
  });
};

/** The pairs of nodes, with the key at either end. */
export const pairsOf = async (world: World): Promise<{ readonly pair: string; readonly keys: readonly string[] }[]> => {
  const tunnels = (await Promise.all(members.map((context) => tunnelsOf(world, context)))).flat();
  return tunnels.flatMap((one) =>
    tunnels
      .filter((other) => one.publicKey < other.publicKey && one.keys.has(other.publicKey))
      .map((other) => ({
        pair: `${one.publicKey} ${other.publicKey}`,
        keys: [one.keys.get(other.publicKey) ?? '', other.keys.get(one.publicKey) ?? 'no peer'],
      })),
  );
};
/** Waits until the two nodes of each pair have the same key. */
export const bound = (world: World): Promise<unknown> =>
  until(
    'one key at both ends of each tunnel',
    async () => {
      const pairs = await pairsOf(world);
      ensure(pairs.length > 0, 'no pair');
      const ill = pairs.filter(({ keys: [one, other] }) => one !== other || !/^[\w+/]{43}=$/.test(one ?? ''));
      ensure(ill.length === 0, `${ill.length} of ${pairs.length} pairs`);
    },
    { withinMs: 90_000, everyMs: 1_000 },
  );
