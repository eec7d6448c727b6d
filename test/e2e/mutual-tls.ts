import { beforeAll, describe, expect, test } from 'vitest';
import { countsOf, settledCounts, startPath } from './path.ts';
import { ready } from './start.ts';
import { ensure, until } from './until.ts';
import { members, onEachNode } from './watchers.ts';
import type { World } from './world.ts';

const system = 'kubeslice-system';

/** The tunnels of one node as its own WireGuard shows them: pre-shared key by public key of the peer. */
interface NodeTunnel {
  readonly publicKey: string;
  readonly keys: ReadonlyMap<string, string>;
}

/** Tunnels of all nodes in all slices, by interface and public key. */
const tunnelsOf = async (world: World, context: string): Promise<NodeTunnel[]> => {
  const agents = await world.list(context, 'pod', '--namespace', system, '--selector', 'app.kubernetes.io/component=agent');
  const dumps = await Promise.all(agents.map(({ metadata: { name } }) => world.exec(context, system, name, ['wg', 'show', 'all', 'dump'])));
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
const pairsOf = async (world: World): Promise<{ readonly pair: string; readonly keys: readonly string[] }[]> => {
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
const bound = (world: World): Promise<unknown> =>
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

const fault = async (world: World, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await world.kubeslice(['playground', 'fault', ...args, '--name', world.name]);
  ensure(code === 0, `fault ${args.join(' ')}: ${stderr}`);
};

/** Packets of pods travel only under keys from mutual TLS, switched on under traffic; it stays on. */
export const mutualTlsTopic = (world: World): void => {
  describe('mutual TLS under the tunnels', () => {
    const nothingLost = async (act: () => Promise<void>): Promise<void> => {
      const before = await settledCounts(world);
      await act();
      const after = await settledCounts(world);
      expect(after.sent - before.sent).toBeGreaterThan(100);
      expect({ lost: after.lost - before.lost, connections: after.connections }).toEqual({ lost: 0, connections: before.connections });
    };
    beforeAll(() => startPath(world), 90_000);

    test('is switched on in a running slice, one cluster after the other, without the loss of a packet', async () => {
      await nothingLost(async () => {
        for (const context of members) {
          const words = ['join', context, '--context', context, '--hub-context', 'hub', '--mutual-tls', 'on', '--wait'];
          const { code, stderr } = await world.kubeslice(words, { timeoutMs: 150_000 });
          ensure(code === 0, `${words.join(' ')}: ${stderr}`);
        }
        await bound(world);
      });
    }, 360_000);

    test('gives each pair of nodes a key of its own', async () => {
      const pairs = await pairsOf(world);
      expect(new Set(pairs.map(({ keys: [key] }) => key)).size).toBe(pairs.length);
    });

    test('keeps keys and packets over the restart of all agents at once', async () => {
      const before = await pairsOf(world);
      await nothingLost(async () => {
        await Promise.all(members.map((context) => fault(world, 'kill', 'agent', context)));
        await Promise.all(members.map((context) => ready(world, context, system)));
      });
      await bound(world);
      expect((await pairsOf(world)).map(({ pair }) => pair).toSorted()).toEqual(before.map(({ pair }) => pair).toSorted());
    }, 180_000);

    test('opens the tunnels of nodes that lost their memory while hub and API server are away, with what is on their disks', async () => {
      const keysOf = async () => (await tunnelsOf(world, 'east')).map(({ publicKey }) => publicKey).toSorted();
      const before = await keysOf();
      await onEachNode(world, 'east', ['sh', '-c', 'cd /node/run/kubeslice && rm -r keys identity agent']);
      await fault(world, 'kill', 'apiserver', 'hub', '--hold');
      await fault(world, 'kill', 'apiserver', 'east', '--hold');
      try {
        await fault(world, 'kill', 'wireguard-go', 'east');
        await fault(world, 'kill', 'agent', 'east');
        const { answered } = await countsOf(world);
        await until('answers through the tunnels', async () => ensure((await countsOf(world)).answered > answered + 200, 'nothing yet'), {
          withinMs: 120_000,
          everyMs: 1_000,
        });
      } finally {
        await fault(world, 'heal');
      }
      await until('the API server answers', () => world.kubectl('east', ['get', '--raw', '/readyz'], { timeoutMs: 5_000 }), {
        withinMs: 60_000,
      });
      // DNS servers and workers need longer: their readiness was lost with the API server.
      const agents = ['--selector', 'app.kubernetes.io/component=agent', '--timeout=90s'];
      await world.kubectl('east', ['wait', '--namespace', system, '--for=condition=Ready', 'pod', ...agents], { timeoutMs: 100_000 });
      expect(await keysOf()).toEqual(before);
      await bound(world);
    }, 360_000);
  });
};
