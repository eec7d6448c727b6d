import { beforeAll, describe, expect, test } from 'vitest';
import { countsOf, settledCounts, startPath } from './path.ts';
import { ready } from './start.ts';
import { ensure, until } from './until.ts';
import type { World } from './world.ts';

interface Outage {
  readonly title: string;
  /** Makes it happen and returns when it is over. */
  readonly act: (world: World) => Promise<void>;
}

const kill = async (world: World, ...what: readonly string[]): Promise<void> => {
  const { code, stderr, stdout } = await world.kubeslice(['playground', 'fault', 'kill', ...what, '--name', world.name]);
  ensure(code === 0, `fault kill ${what.join(' ')}: ${stderr || stdout}`);
};

const system = 'kubeslice-system';

const restart = (context: string, namespace: string, what: string) => async (world: World) => {
  await world.kubectl(context, ['rollout', 'restart', '--namespace', namespace, what]);
  await world.kubectl(context, ['rollout', 'status', '--namespace', namespace, what, '--timeout=90s'], { timeoutMs: 100_000 });
};

/** How often each agent of a member was started again since its pod began: 0, unless it crashed. */
const restartsOfAgents = async (world: World, context: string): Promise<number[]> => {
  const pods = await world.list(context, 'pod', '--namespace', system, '--selector', 'app.kubernetes.io/component=agent');
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ status }) => status?.containerStatuses?.[0]?.restartCount ?? -1);
};

const hubAnswers = (world: World) =>
  until('the API server of the hub answers', () => world.kubectl('hub', ['get', '--raw', '/readyz'], { timeoutMs: 5_000 }), {
    withinMs: 60_000,
  });

const outages: readonly Outage[] = [
  {
    title: 'kill -9 of the agents of west',
    act: async (world) => {
      await kill(world, 'agent', 'west');
      await ready(world, 'west', system);
    },
  },
  {
    title: 'kill -9 of the worker of east',
    act: async (world) => {
      await kill(world, 'worker', 'east');
      await ready(world, 'east', system);
    },
  },
  {
    title: 'kill -9 of the controller',
    act: async (world) => {
      await kill(world, 'controller');
      await ready(world, 'hub', 'kubeslice-controller');
    },
  },
  {
    title: 'a roll-out of the agents of east',
    act: async (world) => {
      await restart('east', system, 'daemonset/kubeslice-agent')(world);
      expect(await restartsOfAgents(world, 'east')).toEqual([0, 0]);
    },
  },
  {
    title: 'a roll-out of dns and worker of west',
    act: async (world) => {
      await Promise.all([
        restart('west', system, 'deployment/kubeslice-dns')(world),
        restart('west', system, 'deployment/kubeslice-worker')(world),
      ]);
    },
  },
  {
    title: "kill -9 of the hub's API server",
    act: async (world) => {
      await kill(world, 'apiserver', 'hub');
      await hubAnswers(world);
    },
  },
  {
    title: 'the whole hub away for ten seconds',
    act: async (world) => {
      await kill(world, 'cluster', 'hub');
      const { sent } = await countsOf(world);
      await until('ten seconds of datagrams', async () => ensure((await countsOf(world)).sent - sent > 1_000, 'not yet'), {
        withinMs: 30_000,
      });
      const { code, stderr } = await world.kubeslice(['playground', 'fault', 'heal', '--name', world.name], { timeoutMs: 120_000 });
      ensure(code === 0, `fault heal: ${stderr}`);
      await hubAnswers(world);
      await ready(world, 'hub', 'kubeslice-controller');
    },
  },
];

/** Everything of ours is killed or restarted, one after the other, while a path between two clusters is measured. */
export const outagesTopic = (world: World): void => {
  describe('a measured path', () => {
    beforeAll(() => startPath(world), 90_000);

    test.each(outages)('loses nothing by $title', async ({ act }) => {
      const before = await settledCounts(world);
      await act(world);
      const after = await settledCounts(world);
      expect(after.sent - before.sent).toBeGreaterThan(100);
      expect({ lost: after.lost - before.lost, connections: after.connections, missedLines: after.missedLines }).toEqual({
        lost: 0,
        connections: before.connections,
        missedLines: before.missedLines,
      });
    });

    test('and is still the one it was', async () => {
      expect((await countsOf(world)).connections).toBe(1);
    });
  });
};
