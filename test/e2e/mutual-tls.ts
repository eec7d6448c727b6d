import { beforeAll, describe, expect, test } from 'vitest';
import { countsOf, settledCounts, startPath } from './path.ts';
import { ready } from './start.ts';
import { bound, pairsOf, tunnelsOf } from './tunnel-keys.ts';
import { ensure, until } from './until.ts';
import { members, onEachNode } from './watchers.ts';
import type { World } from './world.ts';

const system = 'kubeslice-system';

const fault = async (world: World, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await world.kubeslice(['playground', 'fault', ...args, '--name', world.name]);
  ensure(code === 0, `fault ${args.join(' ')}: ${stderr}`);
};

/** Packets of pods travel only under keys from mutual TLS. Part of the end-to-end run; it waits for what members do by themselves. */
export const tunnelKeysTopic = (world: World): void => {
  test('each pair of nodes has a key of its own from mutual TLS', async () => {
    await bound(world);
    const pairs = await pairsOf(world);
    expect(new Set(pairs.map(({ keys: [key] }) => key)).size).toBe(pairs.length);
  });
};

/** The same, switched off and on under traffic, and through the loss of all memory. */
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

    const switched = async (to: 'on' | 'off'): Promise<void> => {
      for (const context of members) {
        const words = ['join', context, '--context', context, '--hub-context', 'hub', '--mutual-tls', to, '--wait'];
        const { code, stderr } = await world.kubeslice(words, { timeoutMs: 150_000 });
        ensure(code === 0, `${words.join(' ')}: ${stderr}`);
      }
    };
    test('is switched off in a running slice, one cluster after the other, without the loss of a packet', async () => {
      await bound(world);
      await nothingLost(async () => {
        await switched('off');
        await until(
          'no key',
          async () => {
            const pairs = await pairsOf(world);
            ensure(
              pairs.every(({ keys }) => keys.every((key) => key === '(none)')),
              'a pair still has one',
            );
          },
          { withinMs: 90_000, everyMs: 1_000 },
        );
      });
    }, 360_000);

    test('is switched on in a running slice, one cluster after the other, without the loss of a packet', async () => {
      await nothingLost(async () => {
        await switched('on');
        await bound(world);
      });
    }, 360_000);

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
