import type { Program, ProgramContext } from '../host/program.ts';
import type { Client } from '../kubernetes/client.ts';
import { fencedClient } from '../kubernetes/election/fenced-client.ts';
import { runElected } from '../kubernetes/election/lease.ts';
import type { Mirror } from '../kubernetes/mirror.ts';
import { startHealth } from '../serving/health.ts';
import { openScrapes } from '../serving/open-scrapes.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { inClusterClient, podNamespace } from './environment/in-cluster.ts';

/** The identity and the lease of the leader. */
export interface OwnFacts {
  readonly version: string;
  readonly instance: string;
  readonly env: ProgramContext['env'];
  /** The same client, through which only the leader writes, and only while it holds the lease. */
  readonly fenced: (client: Client) => Client;
}

/** A program with several replicas: all of them observe, one of them acts. */
export interface ElectedProgram<World> {
  readonly name: 'controller' | 'worker';
  /** Field manager of its writes, and name of its lease. */
  readonly fieldManager: string;
  /** The side of its cluster. */
  readonly side: 'hub' | 'member';
  readonly observe: (client: Client, log: Log, metrics: Metrics) => World;
  /** Every mirror of the world. */
  readonly mirrorsOf: (world: World) => readonly Pick<Mirror<unknown>, 'run' | 'isSynced'>[];
  /** Acts until the signal aborts, as this instance of this version. */
  readonly lead: (world: World, own: OwnFacts, clock: Clock, signal: AbortSignal) => Promise<void>;
}

/** Runs it: health from the start, ready after the first complete read, acting while it holds the lease. */
export const elected =
  <World>({ name, fieldManager, side, observe, mirrorsOf, lead }: ElectedProgram<World>): Program =>
  async ({ env, signal, version }) => {
    const log = createLog({ program: name, level: env.LOG_LEVEL ?? 'info' });
    const metrics = createMetrics({ program: name, version, process: true });
    const instance = env.POD_NAME ?? name;
    const client = await inClusterClient(env, side, fieldManager, metrics);
    let isHeld = (): boolean => false;
    const fenced = (open: Client): Client => fencedClient(open, () => isHeld());
    const world = observe(fenced(client), log, metrics);
    const mirrors = mirrorsOf(world);
    const unread = `the ${side === 'hub' ? 'hub' : 'cluster'} has not been read yet`;
    const health = await startHealth({
      host: env.HEALTH_HOST ?? '0.0.0.0',
      port: Number(env.HEALTH_PORT ?? 8080),
      metrics,
      live: [],
      ready: [{ name: 'synced', check: () => (mirrors.every((mirror) => mirror.isSynced()) ? undefined : unread) }],
    });
    const scrapes = openScrapes({ name: fieldManager, env, client, metrics, clock: systemClock, log }, signal);
    const observing = mirrors.map((mirror) => mirror.run(signal));
    await runElected({
      client,
      namespace: await podNamespace(env),
      name: fieldManager,
      identity: instance,
      signal,
      log,
      metrics,
      lead: (leading, isHeldNow) => {
        isHeld = isHeldNow;
        return lead(world, { version, instance, env, fenced }, systemClock, leading);
      },
    });
    await Promise.all([...observing, scrapes]);
    await health.stop();
    client.close();
    return 0;
  };
