import { beforeAll, describe, expect, test } from 'vitest';
import { scripts, start } from '../start.ts';
import { ensure, until } from '../until.ts';
import { endpointNames, nameOf, namespace, script, service, serviceExport } from '../workloads.ts';
import type { World } from '../world.ts';
import { failuresByAddress, resetCalls, settledCalls, sumOf } from './caller.ts';
import { hubOff, hubOn } from './hub-power.ts';
import { servers } from './servers.ts';
import { type Traced, trace } from './trace.ts';

const ns = 'app-ns';
const name = 'rolling';
/** How many times each way is measured, one after the other in turns. */
const rounds = Number(process.env.ROUNDS ?? 3);

const offered = (cluster: string, replicas: number): readonly object[] => [
  scripts(ns),
  servers({ name, ns, cluster, replicas }),
  service(name, ns, name, [80]),
  serviceExport(name, ns, 'app-slice'),
];

/** Where a change passes on its way from a pod in east to the DNS of west. */
const followed = [
  {
    where: 'pods of east',
    context: 'east',
    words: ['pods', '--namespace', ns, '--selector', `app=${name}`],
    jsonpath:
      '{.metadata.name} deleted={.metadata.deletionTimestamp} ready={.status.conditions[?(@.type=="Ready")].status} {.status.phase}',
  },
  {
    where: 'notices kept in east',
    context: 'east',
    words: ['notices', '--namespace', 'kubeslice-system', '--selector', 'kubeslice.io/statement=export'],
    jsonpath: '{.spec.cluster} {.spec.subject} {.metadata.resourceVersion}',
  },
  {
    where: 'EndpointSlices of west',
    context: 'west',
    words: ['endpointslices', '--namespace', ns],
    jsonpath: '{.metadata.name} {.endpoints[*].addresses[0]} ready={.endpoints[*].conditions.ready}',
  },
] as const;

const timeline = (seen: readonly Traced[], from: number): string =>
  seen
    .filter(({ at }) => at >= from)
    .map(({ at, where, line }) => `${String(Math.round(at - from)).padStart(7)} ms  ${where}: ${line}`)
    .join('\n');

/** Services change under load, with the hub and without it. */
export const rollingTopic = (world: World): void => {
  const rolloutDone = (context: string) =>
    world.kubectl(context, ['rollout', 'status', `deployment/${name}`, '--namespace', ns, '--timeout=120s'], { timeoutMs: 130_000 });

  const offer = async (context: string, replicas: number): Promise<void> => {
    await world.apply(context, namespace(ns));
    await until(`objects in ${context}`, () => world.apply(context, ...offered(context, replicas)), { withinMs: 15_000 });
    await rolloutDone(context);
  };

  /** Another topic may have called something else. */
  const freshCaller = (): Promise<string> => world.kubectl('west', ['delete', 'pod/caller', '--namespace', ns, '--ignore-not-found']);

  /** A rolling update of the three servers of east; how many calls from west fail. */
  const update = async (label: string): Promise<{ failed: number; lost: number; calls: number }> => {
    await settledCalls(world, 'west', ns);
    await resetCalls(world, 'west', ns);
    const from = Date.now();
    const traced = process.env.TRACE === undefined ? undefined : trace(followed, world.environment());
    await world.kubectl('east', ['rollout', 'restart', `deployment/${name}`, '--namespace', ns]);
    await rolloutDone('east');
    await until(
      'every old pod is gone',
      async () => ensure((await world.list('east', 'pod', '--namespace', ns, '--selector', `app=${name}`)).length === 3, 'there are more'),
      {
        withinMs: 60_000,
      },
    );
    const calls = await settledCalls(world, 'west', ns);
    traced?.stop();
    console.log(`rolling update, ${label}: ${sumOf(calls)}`);
    for (const line of failuresByAddress(calls, from)) console.log(`    ${line}`);
    if (traced !== undefined) {
      const answers = calls.answers.map(({ since, addresses }): Traced => ({ at: since, where: 'DNS of west', line: addresses }));
      console.log(
        timeline(
          [...traced.seen, ...answers].toSorted((a, b) => a.at - b.at),
          from,
        ),
      );
    }
    return calls;
  };

  describe('a rolling update under 500 calls a second from the other cluster', () => {
    beforeAll(async () => {
      await world.apply('west', namespace(ns));
      await world.kubectl('west', [
        'delete',
        `serviceexport.networking.kubeslice.io/${name}`,
        `deployment/${name}`,
        '--namespace',
        ns,
        '--ignore-not-found',
      ]);
      await offer('east', 3);
      await freshCaller();
      await start(world, 'west', ns, scripts(ns), script('caller', ns, 'caller.mjs', { NAME: nameOf(name, ns), RATE: '500' }));
    }, 200_000);

    // Rounds of the same way differ by a quarter on a quiet machine: a failed call is one that began in the 300 ms until the withdrawal is known.
    const noise = 1.25;

    test('fails no more calls without the hub than with it', async () => {
      const sums = { with: 0, without: 0 };
      for (let round = 0; round < rounds; round += 1) {
        sums.with += (await update('with the hub')).failed;
        await hubOff(world);
        try {
          sums.without += (await update('without the hub')).failed;
        } finally {
          await hubOn(world);
        }
      }
      console.log(`rolling updates, ${rounds} each way: ${sums.with} failed calls with the hub, ${sums.without} without`);
      expect(sums.without).toBeLessThanOrEqual(sums.with * noise);
    });
  });

  describe('a scale to zero under 500 calls a second', () => {
    beforeAll(async () => {
      await offer('east', 1);
      await offer('west', 1);
      await freshCaller();
      await start(world, 'west', ns, script('caller', ns, 'caller.mjs', { NAME: endpointNames(name, ns), RATE: '500' }));
    }, 200_000);

    /** Milliseconds from the command that scales east to zero until west no longer has its address. */
    const scaleToZero = async (label: string): Promise<number> => {
      const scale = (replicas: number) =>
        world.kubectl('east', ['scale', `deployment/${name}`, '--namespace', ns, `--replicas=${replicas}`]);
      await scale(1);
      await rolloutDone('east');
      await until(
        'both clusters answer',
        async () => ensure((await settledCalls(world, 'west', ns)).answers.at(-1)?.addresses.includes(',') === true, 'one address only'),
        { withinMs: 30_000 },
      );
      await resetCalls(world, 'west', ns);
      const from = Date.now();
      await scale(0);
      const commandMs = Date.now() - from;
      const calls = await settledCalls(world, 'west', ns);
      const last = calls.answers.findLast(({ addresses }) => addresses.includes(','));
      const ms = (last?.until ?? from) - from;
      console.log(
        `scaled to zero, ${label}: the other cluster alone after ${Math.round(ms)} ms (the command took ${commandMs}); ${sumOf(calls)}`,
      );
      return ms;
    };

    test('moves to the other cluster within a second, with the hub and without it', async () => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) times.push(await scaleToZero('with the hub'));
      await hubOff(world);
      try {
        for (let round = 0; round < rounds; round += 1) times.push(await scaleToZero('without the hub'));
      } finally {
        await hubOn(world);
      }
      expect(times.filter((ms) => ms >= 1_000)).toEqual([]);
    });
  });
};
