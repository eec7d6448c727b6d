import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensure, until } from '../until.ts';
import type { World } from '../world.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

type Cluster = 'hub' | 'east' | 'west';

/** A break: what must be told where, and how it is made and mended. */
interface Break {
  readonly title: string;
  readonly alerts: readonly (readonly [cluster: Cluster, alert: string])[];
  readonly make: (world: World) => Promise<unknown>;
  readonly mend: (world: World) => Promise<unknown>;
  /** @default 60 s */
  readonly withinMs?: number;
}

const system = 'kubeslice-system';

const fault = async (world: World, ...words: readonly string[]): Promise<void> => {
  const { code, stderr, stdout } = await world.kubeslice(['playground', 'fault', ...words, '--name', world.name], { timeoutMs: 60_000 });
  ensure(code === 0, `fault ${words.join(' ')}: ${stderr || stdout}`);
};
const scale = (context: string, namespace: string, what: string, replicas: number) => (world: World) =>
  world.kubectl(context, ['scale', '--namespace', namespace, `deployment/${what}`, `--replicas=${replicas}`]);

/** What east stated about one of its nodes, signed by nobody who could, while its worker cannot put it right. */
const forge = async (world: World): Promise<void> => {
  await scale('east', system, 'kubeslice-worker', 0)(world);
  await world.kubectl(
    'east',
    ['wait', '--namespace', system, '--for=delete', 'pod', '-l', 'app.kubernetes.io/component=worker', '--timeout=60s'],
    {
      timeoutMs: 70_000,
    },
  );
  const found = (await world.list('hub', 'notice')).find(({ spec }) => spec?.cluster === 'east' && spec?.kind === 'Export');
  ensure(found, 'east has no notice about an export');
  const statement = String(found.spec?.statement).replace(/"serial":(\d+)/, (_, serial: string) => `"serial":${Number(serial) + 1}`);
  await world.kubectl('hub', [
    'patch',
    'notice',
    found.metadata.name,
    '--namespace',
    found.metadata.namespace ?? '',
    '--type',
    'merge',
    '--patch',
    JSON.stringify({ spec: { statement } }),
  ]);
};

const breaks: readonly Break[] = [
  {
    title: 'the link between two clusters is cut',
    alerts: [
      ['west', 'KubeSliceLinksDown'],
      ['west', 'KubeSliceClusterUnreachable'],
      ['east', 'KubeSliceClusterUnreachable'],
      ['hub', 'KubeSliceSliceNotReady'],
    ],
    make: (world) => fault(world, 'cut', 'east', 'west'),
    mend: (world) => fault(world, 'heal'),
  },
  {
    title: 'an export has no endpoints',
    alerts: [
      ['east', 'KubeSliceExportWithoutEndpoints'],
      ['west', 'KubeSliceImportWithoutEndpoints'],
    ],
    make: scale('east', 'app-ns', 'backend', 0),
    mend: scale('east', 'app-ns', 'backend', 1),
  },
  {
    title: 'a worker is down',
    alerts: [['west', 'KubeSliceWorkerAbsent']],
    make: scale('west', system, 'kubeslice-worker', 0),
    mend: scale('west', system, 'kubeslice-worker', 1),
  },
  {
    title: 'the DNS servers are down',
    alerts: [['west', 'KubeSliceDnsAbsent']],
    make: scale('west', system, 'kubeslice-dns', 0),
    mend: scale('west', system, 'kubeslice-dns', 2),
  },
  {
    title: 'a statement is refused',
    alerts: [['west', 'KubeSliceStatementsRefused']],
    make: forge,
    mend: scale('east', system, 'kubeslice-worker', 1),
  },
  {
    title: 'the hub is away',
    // The alert is about more than two minutes.
    withinMs: 180_000,
    alerts: [['west', 'KubeSliceHubAway']],
    make: (world) => fault(world, 'kill', 'apiserver', 'hub', '--hold'),
    mend: (world) => fault(world, 'heal'),
  },
];

/** Break it, see the alert fire in a real Prometheus, mend it, see the alert end. The slice with the example must be there. */
export const alertsTopic = (world: World): void => {
  const instances = new Map<Cluster, Prometheus>();
  const firing = async (cluster: Cluster): Promise<string[]> =>
    ((await instances.get(cluster)?.firing()) ?? []).map(({ labels }) => labels.alertname ?? '').toSorted();
  const quiet = (withinMs: number) =>
    until(
      'no alert fires',
      async () => {
        const all = await Promise.all([...instances.keys()].map(async (cluster) => [cluster, await firing(cluster)] as const));
        const left = all.filter(([, names]) => names.length > 0);
        ensure(left.length === 0, `firing: ${JSON.stringify(left)}`);
      },
      { withinMs, everyMs: 1_000 },
    );

  describe('alerts in a real Prometheus', () => {
    beforeAll(async () => {
      for (const [cluster, side] of [
        ['hub', 'hub'],
        ['east', 'member'],
        ['west', 'member'],
      ] as const)
        instances.set(cluster, await startPrometheus(world, cluster, side));
    }, 200_000);
    afterAll(async () => {
      for (const one of instances.values()) await one.stop();
    }, 60_000);

    test('none fires while all is well, and each program tells its version', async () => {
      await quiet(90_000);
      const programs = async (cluster: Cluster): Promise<string[]> =>
        [...new Set((await instances.get(cluster)?.query('kubeslice_build_info'))?.map(({ metric }) => metric.component ?? ''))].toSorted();
      expect(await programs('hub')).toEqual(['controller']);
      expect(await programs('west')).toEqual(['agent', 'dns', 'worker']);
    }, 100_000);

    test.each(breaks)(
      '$title: it is told, and the alert ends when it is mended',
      async ({ title, alerts, make, mend, withinMs = 60_000 }) => {
        try {
          await make(world);
          const told = await until(
            `alerts when ${title}`,
            async () => {
              for (const [cluster, alert] of alerts)
                ensure(
                  (await firing(cluster)).includes(alert),
                  `${cluster} does not tell ${alert}, but ${JSON.stringify(await firing(cluster))}`,
                );
            },
            { withinMs, everyMs: 500 },
          );
          console.log(
            `${title}: ${alerts.map(([cluster, alert]) => `${alert} in ${cluster}`).join(', ')} after ${Math.round(told.tookMs / 1_000)} s`,
          );
        } finally {
          await mend(world);
        }
        const { tookMs } = await quiet(150_000);
        console.log(`${title}: mended, no alert ${Math.round(tookMs / 1_000)} s later`);
      },
      400_000,
    );
  });
};
