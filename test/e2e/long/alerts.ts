import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensure, until } from '../until.ts';
import type { World } from '../world.ts';
import { alertBreaks, type Cluster } from './alert-breaks.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

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

    test.each(alertBreaks)(
      '$title: it is told, and the alert ends when it is mended',
      async ({ title, alerts, prepare, make, mend, restore, withinMs = 60_000 }) => {
        try {
          await prepare?.(world);
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
        await restore?.(world);
      },
      1_200_000,
    );
  });
};
