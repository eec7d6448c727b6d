import { readAuthority } from './worker/authority.ts';
import { runElected } from '../kubernetes/lease.ts';
import { createController } from '../loop/controller.ts';
import { periodically } from '../loop/periodic.ts';
import { startHealth } from '../telemetry/health.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { inClusterClient, podNamespace } from './in-cluster.ts';
import type { Program } from './program.ts';
import { clusterDns } from './worker/cluster-dns.ts';
import { openHub } from './worker/hub.ts';
import { fieldManager, mirrorsOf, observeCluster, observeGrants } from './worker/local-world.ts';
import { beat, heartbeatMs, tellFacts } from './worker/registration.ts';
import { sessions } from './worker/sessions.ts';
import { openTrust } from './worker/trust.ts';

/** How often the facts about the cluster are compared with what the hub knows, in milliseconds. */
const factsMs = 60_000;

/** A member cluster's worker: the only one that holds a credential for the hub. Several replicas may run; one of them acts. */
export const run: Program = async ({ env, signal, version }) => {
  const log = createLog({ program: 'worker', level: env.LOG_LEVEL ?? 'info' });
  const metrics = createMetrics();
  const clock = systemClock;
  const client = await inClusterClient(env, fieldManager);
  const local = observeCluster(client, log, metrics);
  const health = await startHealth({
    host: env.HEALTH_HOST ?? '0.0.0.0',
    port: Number(env.HEALTH_PORT ?? 8080),
    metrics,
    live: [],
    ready: [
      {
        name: 'synced',
        check: () => (mirrorsOf(local).every((mirror) => mirror.isSynced()) ? undefined : 'the cluster has not been read yet'),
      },
    ],
  });
  const observing = mirrorsOf(local).map((mirror) => mirror.run(signal));
  await runElected({
    client,
    namespace: await podNamespace(env),
    name: 'kubeslice-worker',
    identity: env.POD_NAME ?? 'worker',
    signal,
    log,
    lead: async (leading) => {
      await Promise.all(mirrorsOf(local).map((mirror) => mirror.synced(leading)));
      const hub = await openHub(client, clock, leading);
      const authority = await readAuthority(client, hub, leading);
      const trust = await openTrust(client, leading);
      const memberships = observeGrants(hub, log, metrics);
      const surroundings = { hub, local, authority, trust, clock };
      const controllers = [sessions(surroundings, local, memberships)(leading), clusterDns(local, log, metrics)(leading)];
      await Promise.all([
        memberships.run(leading),
        ...controllers.map((one) => createController({ ...one, log, metrics }).run(leading)),
        periodically({
          name: 'heartbeat',
          everyMs: heartbeatMs,
          task: (signal) => beat(hub, clock, signal),
          signal: leading,
          log,
        }),
        periodically({
          name: 'cluster-facts',
          everyMs: factsMs,
          task: (signal) => tellFacts(hub, local, version, signal),
          signal: leading,
          log,
        }),
      ]);
      hub.client.close();
    },
  });
  await Promise.all(observing);
  await health.stop();
  client.close();
  return 0;
};
