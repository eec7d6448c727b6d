import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scripts, start } from '../start.ts';
import { ensure, until } from '../until.ts';
import { nameOf, namespace, script, service, serviceExport } from '../workloads.ts';
import type { World } from '../world.ts';
import { fault } from './hub-power.ts';
import { type Servers, servers } from './servers.ts';

const ns = 'app-ns';
const name = 'failing';
/** Calls a second of all clients. A machine that cannot carry the default loses calls of its own, which are no measurement. */
const rate = Number(process.env.RATE ?? '500');
/** After this long without an answer everybody has one again, when a cluster or a node is dead. */
const longestGapMs = 5_000;
/** How long a server that drains serves on. */
const drainMs = 2_000;

/** What became of the calls of one kind of clients of `fixtures/clients.mjs`. */
interface Kind {
  readonly calls: number;
  readonly answered: number;
  readonly failed: number;
  /** The longest time that one client was without an answer. */
  readonly longestGapMs: number;
  readonly why: Readonly<Record<string, number>>;
}
type Kinds = Readonly<Record<'resolve' | 'cache' | 'hold', Kind>>;
const titles = { resolve: 'resolve each time', cache: 'cache the address', hold: 'hold a connection' } as const;

/** One event, and what the clients noticed. */
interface Row {
  readonly event: string;
  readonly kinds: Kinds;
}

const table = (rows: readonly Row[]): string =>
  [
    '| event | clients that | calls | failed | longest time without an answer | why |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.flatMap(({ event, kinds }) =>
      (['resolve', 'cache', 'hold'] as const).map((kind) => {
        const { calls, failed, longestGapMs: gap, why } = kinds[kind];
        const reasons = Object.entries(why).map(([what, count]) => `${what} ${count}`);
        return `| ${event} | ${titles[kind]} | ${calls} | ${failed} | ${Math.round(gap)} ms | ${reasons.join(', ')} |`;
      }),
    ),
  ].join('\n');

/** What clients notice when the endpoints of a service go: those that resolve each time, those that cache its address for ever, and those that hold a connection. */
export const failoverTopic = (world: World): void => {
  const rows: Row[] = [];
  const seen = async (path: string): Promise<Kinds> =>
    JSON.parse(await world.exec('west', ns, 'clients', ['curl', '-s', '-m', '5', `http://127.0.0.1:7004${path}`])) as Kinds;

  const offer = async (cluster: string, more: Pick<Servers, 'replicas' | 'drainMs'>): Promise<void> => {
    await world.apply(cluster, namespace(ns));
    const objects = [
      scripts(ns),
      servers({ name, ns, cluster, ...more }),
      service(name, ns, name, [80]),
      serviceExport(name, ns, 'app-slice'),
    ];
    await until(`objects in ${cluster}`, () => world.apply(cluster, ...objects), { withinMs: 15_000 });
    await rolledOut(cluster);
  };
  const rolledOut = async (cluster: string): Promise<void> => {
    await world.kubectl(cluster, ['rollout', 'status', `deployment/${name}`, '--namespace', ns, '--timeout=120s'], { timeoutMs: 130_000 });
    await until(
      'every old pod is gone',
      async () => {
        const pods = await world.list(cluster, 'pod', '--namespace', ns, '--selector', `app=${name}`);
        ensure(
          pods.every(({ metadata }) => metadata.deletionTimestamp === undefined),
          'one ends',
        );
      },
      { withinMs: 60_000 },
    );
  };

  /** Waits until all clients are answered, a second long. */
  const settled = async (withinMs = 120_000): Promise<void> => {
    await until(
      'a second of calls without a failure',
      async () => {
        await seen('/reset');
        await pause(1_000);
        const kinds = Object.values(await seen('/'));
        ensure(
          kinds.every(({ failed, answered }) => failed === 0 && answered > 0),
          JSON.stringify(kinds),
        );
      },
      { withinMs },
    );
  };

  /** What the clients notice of an event, and of the seconds after it. */
  const during = async (event: string, happens: () => Promise<unknown>): Promise<Kinds> => {
    await settled();
    await seen('/reset');
    await happens();
    // Whoever still waits is late by now, and counts.
    await pause(2_000);
    const kinds = await seen('/');
    rows.push({ event, kinds });
    console.log(table(rows.slice(-1)));
    return kinds;
  };
  const gapsOf = (kinds: Kinds): number[] => Object.values(kinds).map(({ longestGapMs: gap }) => Math.round(gap));

  describe(`failover under ${rate} calls a second from the other cluster`, () => {
    beforeAll(async () => {
      await offer('east', { replicas: 3, drainMs });
      await start(world, 'west', ns, scripts(ns), script('clients', ns, 'clients.mjs', { NAME: nameOf(name, ns), RATE: String(rate) }));
    }, 300_000);

    afterAll(async () => {
      console.log(table(rows));
      await fault(world, 'heal');
      await world.kubectl('west', ['delete', 'pod/clients', '--namespace', ns, '--ignore-not-found']);
      for (const cluster of ['east', 'west'])
        await world.kubectl(cluster, [
          'delete',
          `serviceexport.networking.kubeslice.io/${name}`,
          `deployment/${name}`,
          '--namespace',
          ns,
          '--ignore-not-found',
        ]);
    });

    const update = async (): Promise<void> => {
      await world.kubectl('east', ['rollout', 'restart', `deployment/${name}`, '--namespace', ns]);
      await rolledOut('east');
    };

    test('a rolling update of servers that drain fails no call', async () => {
      const kinds = await during('rolling update, servers that drain', update);
      expect(Object.values(kinds).map(({ failed }) => failed)).toEqual([0, 0, 0]);
    });

    test('a rolling update of servers that quit at once', async () => {
      await offer('east', { replicas: 3 });
      const kinds = await during('rolling update, servers that quit at once', update);
      expect(Math.max(...gapsOf(kinds))).toBeLessThan(longestGapMs);
    });

    test('a scale to zero, with the service in the other cluster, too', async () => {
      await offer('east', { replicas: 3, drainMs });
      await offer('west', { replicas: 2, drainMs });
      const kinds = await during('scale to zero', async () => {
        await world.kubectl('east', ['scale', `deployment/${name}`, '--namespace', ns, '--replicas=0']);
        await rolledOut('east');
      });
      expect(Object.values(kinds).map(({ failed }) => failed)).toEqual([0, 0, 0]);
    });

    test('a cluster that is cut off', async () => {
      await offer('east', { replicas: 3, drainMs });
      const kinds = await during('cluster cut off', async () => {
        await fault(world, 'cut', 'east', 'west');
        await pause(15_000);
      });
      await fault(world, 'heal');
      expect(Math.max(...gapsOf(kinds))).toBeLessThan(longestGapMs);
    });

    test('a cluster that comes back fails no call', async () => {
      await fault(world, 'cut', 'east', 'west');
      await pause(10_000);
      const kinds = await during('cluster back', async () => {
        await fault(world, 'heal');
        await pause(15_000);
      });
      expect(Object.values(kinds).map(({ failed }) => failed)).toEqual([0, 0, 0]);
    });

    test('a node that is dead', async () => {
      const pods = await world.list('east', 'pod', '--namespace', ns, '--selector', `app=${name}`);
      const nodes = [...new Set(pods.map(({ spec }) => String(spec?.nodeName)))].toSorted();
      const last = nodes.at(-1) ?? '';
      ensure(nodes.length > 1, `all servers of east are on ${last}`);
      const kinds = await during('node dead', async () => {
        await fault(world, 'kill', 'node', last);
        await pause(15_000);
      });
      await fault(world, 'heal');
      expect(Math.max(...gapsOf(kinds))).toBeLessThan(longestGapMs);
    });
  });
};
