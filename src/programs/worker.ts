import { runElected } from '../kubernetes/lease.ts';
import { startHealth } from '../telemetry/health.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { inClusterClient, podNamespace } from './in-cluster.ts';
import type { Program } from './program.ts';
import { leadWorker } from './worker/lead.ts';
import { fieldManager, mirrorsOf, observeCluster } from './worker/local-world.ts';

/** A member cluster's worker: the only one that holds a credential for the hub. Several replicas may run; one of them acts. */
export const run: Program = async ({ env, signal, version }) => {
  const log = createLog({ program: 'worker', level: env.LOG_LEVEL ?? 'info' });
  const metrics = createMetrics();
  const identity = env.POD_NAME ?? 'worker';
  const client = await inClusterClient(env, 'member', fieldManager, metrics);
  const local = observeCluster(client, log, metrics);
  const synced = (): string | undefined =>
    mirrorsOf(local).every((mirror) => mirror.isSynced()) ? undefined : 'the cluster has not been read yet';
  const health = await startHealth({
    host: env.HEALTH_HOST ?? '0.0.0.0',
    port: Number(env.HEALTH_PORT ?? 8080),
    metrics,
    live: [],
    ready: [{ name: 'synced', check: synced }],
  });
  const observing = mirrorsOf(local).map((mirror) => mirror.run(signal));
  await runElected({
    client,
    namespace: await podNamespace(env),
    name: 'kubeslice-worker',
    identity,
    signal,
    log,
    metrics,
    lead: (leading) => leadWorker(local, { version, instance: identity }, systemClock, leading),
  });
  await Promise.all(observing);
  await health.stop();
  client.close();
  return 0;
};
