import type { ServerMetrics } from '../../dns/metrics.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

type Count = { value: number; readonly add: (by: number) => void };

/** Counts the server's events in plain numbers, and passes them to the metrics on request: an increment in a registry costs more than an answer. */
export class QueryCounts implements ServerMetrics {
  readonly #metrics: Pick<Metrics, 'add' | 'set'>;
  readonly #counts = new Map<string, Count>();

  constructor(metrics: Pick<Metrics, 'add' | 'set'>) {
    this.#metrics = metrics;
  }

  readonly answered: ServerMetrics['answered'] = (transport, type, code) =>
    this.#count(`${transport} ${type} ${code}`, (by) => this.#metrics.add('dnsResponses', { transport, type, code }, by));

  readonly truncated: ServerMetrics['truncated'] = (transport) =>
    this.#count(`${transport} truncated`, (by) => this.#metrics.add('dnsTruncated', { transport }, by));

  readonly dropped: ServerMetrics['dropped'] = (transport, reason) =>
    this.#count(`${transport} ${reason}`, (by) => this.#metrics.add('dnsDropped', { transport, reason }, by));

  readonly connections: ServerMetrics['connections'] = (open) => this.#metrics.set('dnsConnections', {}, open);

  /** Adds the counts since the last call to the metrics. */
  flush(): void {
    for (const count of this.#counts.values()) {
      if (count.value > 0) count.add(count.value);
      count.value = 0;
    }
  }

  #count(key: string, add: (by: number) => void): void {
    const count = this.#counts.get(key);
    if (count === undefined) this.#counts.set(key, { value: 1, add });
    else count.value++;
  }
}
