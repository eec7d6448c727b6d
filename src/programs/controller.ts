import { runElected } from '../kubernetes/lease.ts';
import { startHealth } from '../telemetry/health.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { leadController } from './controller/lead.ts';
import { fieldManager, mirrorsOf, observeHub } from './controller/world.ts';
import { inClusterClient, podNamespace } from './in-cluster.ts';
import type { Program } from './program.ts';

/** The hub's controller: projects, clusters and slices. Several replicas may run; one of them acts. */
export const run: Program = async ({ env, signal }) => {
  const log = createLog({ program: 'controller', level: env.LOG_LEVEL ?? 'info' });
  const metrics = createMetrics();
  const identity = env.POD_NAME ?? 'controller';
  const client = await inClusterClient(env, 'hub', fieldManager, metrics);
  const world = observeHub(client, log, metrics);
  const mirrors = mirrorsOf(world);
  const synced = (): string | undefined => (mirrors.every((mirror) => mirror.isSynced()) ? undefined : 'the hub has not been read yet');
  const health = await startHealth({
    host: env.HEALTH_HOST ?? '0.0.0.0',
    port: Number(env.HEALTH_PORT ?? 8080),
    metrics,
    live: [],
    ready: [{ name: 'synced', check: synced }],
  });
  const observing = mirrors.map((mirror) => mirror.run(signal));
  await runElected({
    client,
    namespace: await podNamespace(env),
    name: 'kubeslice-controller',
    identity,
    signal,
    log,
    metrics,
    lead: (leading) => leadController(world, identity, systemClock, leading),
  });
  await Promise.all(observing);
  await health.stop();
  client.close();
  return 0;
};
