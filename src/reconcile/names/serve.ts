import { sliceNodeKind } from '../../api/kinds.ts';
import { endpointSliceManager, endpointSliceManagerLabel } from '../../api/labels.ts';
import { clustersetZone, memberNamespace } from '../../api/places.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { startServer } from '../../dns/server.ts';
import type { Client } from '../../kubernetes/client.ts';
import { endpointSliceKind } from '../../kubernetes/kinds.ts';
import { createMirror } from '../../kubernetes/mirror.ts';
import { createShutdown, type Ending } from '../../loop/shutdown.ts';
import { answer } from '../../plan/names/answer.ts';
import { clustersetNames } from '../../plan/names/clusterset-names.ts';
import { ReverseZone } from '../../plan/names/reverse/reverse-zone.ts';
import { Zone } from '../../plan/names/zone.ts';
import { startHealth } from '../../serving/health.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { feedZones } from './feed.ts';
import { QueryCounts } from './query-counts.ts';
import type { DnsSettings } from './settings.ts';

/** What the DNS program uses. */
export type DnsWorld = {
  readonly client: Client;
  readonly settings: DnsSettings;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called with the ports in use, once queries are answered. */
  readonly onListening?: (ports: { readonly dns: number; readonly health: number }) => void;
};

/** How often counts are passed to the metrics. */
const countsEveryMs = 1_000;

/**
 * Answers queries from the objects of the API server, until the signal aborts. Before the first complete read the program is not ready and answers
 * nothing: clients would trust an answer from half of the names. After that, without the API server, it continues with the last known names.
 *
 * After the abort it reports not ready but answers for `drainMs`, so that no query is lost while clients switch.
 */
export const serveDns = async (world: DnsWorld, signal: AbortSignal): Promise<Ending> => {
  const { client, settings, log, metrics, clock, random } = world;
  const options = { ttl: settings.ttl, serial: Math.floor(clock.now() / 1000) };
  const zone = new Zone(options);
  const reverse = new ReverseZone({ ...options, negativeTtl: 1 });
  const clusterset = new Zone({ ...options, origin: clustersetZone, names: clustersetNames, schema: '1.0.0' });
  const endpointSlices = createMirror({
    client,
    kind: endpointSliceKind,
    labelSelector: `${endpointSliceManagerLabel}=${endpointSliceManager}`,
    log,
    metrics,
    clock,
    random,
  });
  const sliceNodes = createMirror({
    client,
    kind: sliceNodeKind,
    namespace: memberNamespace,
    log,
    metrics,
    clock,
    random,
    indexes: { slice: (node: SliceNode) => [node.spec.slice] },
  });
  const counts = new QueryCounts(metrics);
  const shutdown = createShutdown({ log, clock });
  signal.addEventListener('abort', () => shutdown.stop('asked to'), { once: true });
  if (signal.aborted) shutdown.stop('asked to');

  let listening = false;
  const health = await startHealth({
    host: settings.healthHost,
    port: settings.healthPort,
    metrics,
    ready: [
      { name: 'synced', check: () => (listening ? undefined : 'the cluster has not been read yet') },
      { name: 'running', check: () => (shutdown.stopping.aborted ? 'stopping' : undefined) },
    ],
  });
  shutdown.atStop('health', () => health.stop());
  shutdown.atStop(
    'zone',
    feedZones({ zones: [zone, clusterset], reverse }, { endpointSlices, sliceNodes, clock }, (count) =>
      metrics.set('dnsWithdrawnNodes', {}, count),
    ),
  );
  shutdown.run('endpoint slices', (running) => endpointSlices.run(running));
  shutdown.run('slice nodes', (running) => sliceNodes.run(running));
  try {
    await Promise.all([endpointSlices.synced(shutdown.stopping), sliceNodes.synced(shutdown.stopping)]);
    const server = await startServer({
      listen: settings,
      answer: (question) => answer([clusterset, reverse].find((one) => one.covers(question.name)) ?? zone, question),
      random,
      metrics: counts,
      clock,
      signal: shutdown.stopping,
    });
    listening = true;
    shutdown.atStop('server', () => server.stop());
    shutdown.run('counts', async (running) => {
      for (;;) {
        counts.flush();
        metrics.set('dnsServices', {}, zone.size);
        await sleep(clock, countsEveryMs, running);
      }
    });
    shutdown.atStop('drain', () => sleep(clock, settings.drainMs, new AbortController().signal));
    log.info('answering', { zone: zone.origin, host: settings.host, port: server.port, services: zone.size });
    world.onListening?.({ dns: server.port, health: health.port });
  } catch (error) {
    shutdown.stop('it could not start', Failure.is(error, 'Interrupted') ? undefined : Failure.from(error));
  }
  return shutdown.finished;
};
