import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricDefinition, type MetricKey, metricCatalogue, secondsBuckets } from './catalogue.ts';

type Catalogue = typeof metricCatalogue;
type KeyOf<Type extends MetricDefinition['type']> = { [K in MetricKey]: Catalogue[K]['type'] extends Type ? K : never }[MetricKey];
type LabelsOf<K extends MetricKey> = Readonly<Record<Catalogue[K]['labels'][number], string>>;

/** The metrics of one program; which there are, and with which labels, is in the catalogue. */
export type Metrics = {
  /** Adds to a counter. */
  add<K extends KeyOf<'counter'>>(metric: K, labels: LabelsOf<K>, by?: number): void;
  /** Sets a gauge. */
  set<K extends KeyOf<'gauge'>>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Takes one observation into a histogram. */
  observe<K extends KeyOf<'histogram'>>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Drops the series of a gauge whose object is gone. */
  remove<K extends KeyOf<'gauge'>>(metric: K, labels: LabelsOf<K>): void;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Metrics in a registry of their own. With `process`, memory, CPU, event loop and garbage collection of this process too. */
export const createMetrics = (options: { readonly process?: boolean } = {}): Metrics => {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const counters = new Map<MetricKey, Counter>();
  const gauges = new Map<MetricKey, Gauge>();
  const histograms = new Map<MetricKey, Histogram>();
  for (const [key, definition] of Object.entries(metricCatalogue) as [MetricKey, MetricDefinition][]) {
    const settings = { name: definition.name, help: definition.help, labelNames: [...definition.labels], registers: [registry] };
    if (definition.type === 'counter') counters.set(key, new Counter(settings));
    else if (definition.type === 'gauge') gauges.set(key, new Gauge(settings));
    else histograms.set(key, new Histogram({ ...settings, buckets: [...(definition.buckets ?? secondsBuckets)] }));
  }
  return {
    add: (metric, labels, by = 1) => counters.get(metric)?.inc({ ...labels }, by),
    set: (metric, labels, value) => gauges.get(metric)?.set({ ...labels }, value),
    observe: (metric, labels, value) => histograms.get(metric)?.observe({ ...labels }, value),
    remove: (metric, labels) => gauges.get(metric)?.remove({ ...labels }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
