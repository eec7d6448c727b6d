import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MeasuredProgram, type MetricDefinition, type MetricKey, metricCatalogue, secondsBuckets } from './catalogue.ts';

type Catalogue = typeof metricCatalogue;
type KeyOf<Type extends MetricDefinition['type']> = { [K in MetricKey]: Catalogue[K]['type'] extends Type ? K : never }[MetricKey];
type LabelsOf<K extends MetricKey> = Readonly<Record<Catalogue[K]['labels'][number], string>>;

/** The value of a gauge for one set of labels. */
export interface Sample<K extends GaugeKey = GaugeKey> {
  readonly labels: LabelsOf<K>;
  readonly value: number;
}

/** The name of a gauge in code. */
export type GaugeKey = KeyOf<'gauge'>;

/** Samples of some gauges. */
export type Samples = { readonly [K in GaugeKey]?: readonly Sample<K>[] };

/** The metrics of one program; the catalogue defines them and their labels. */
export type Metrics = {
  /** Adds to a counter. */
  add<K extends KeyOf<'counter'>>(metric: K, labels: LabelsOf<K>, by?: number): void;
  /** Sets a gauge. */
  set<K extends GaugeKey>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Adds one observation to a histogram. */
  observe<K extends KeyOf<'histogram'>>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Drops the series of a gauge for a deleted object. */
  remove<K extends GaugeKey>(metric: K, labels: LabelsOf<K>): void;
  /**
   * Measures gauges at each scrape, and only then. Such a gauge has exactly the series of its sources, so a deleted object leaves no series. If a
   * source fails, its series are missing; the others are measured.
   *
   * @returns a function that removes the source.
   */
  measure(source: () => Samples | Promise<Samples>): () => void;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Which program measures, and whether it measures itself. */
export interface MetricsOptions {
  /** Only metrics of this program are exported; shared code may set others, which are dropped. @default all metrics */
  readonly program?: MeasuredProgram;
  /** Version for the build info. */
  readonly version?: string;
  /** Whether memory, CPU, event loop and garbage collection of this process are measured too. */
  readonly process?: boolean;
}

/** Metrics in a registry of their own. */
export const createMetrics = ({ program, version, process: ownProcess }: MetricsOptions = {}): Metrics => {
  const registry = new Registry();
  if (ownProcess === true) measureProcess(registry);
  const counters = new Map<MetricKey, Counter>();
  const gauges = new Map<MetricKey, Gauge>();
  const histograms = new Map<MetricKey, Histogram>();
  const sources = new Set<() => Samples | Promise<Samples>>();
  /** Gauges that a source set at the last scrape: they are cleared at the next. */
  const measured = new Set<Gauge>();
  for (const [key, definition] of Object.entries(metricCatalogue) as [MetricKey, MetricDefinition][]) {
    if (program !== undefined && !definition.programs.includes(program)) continue;
    const settings = { name: definition.name, help: definition.help, labelNames: [...definition.labels], registers: [registry] };
    if (definition.type === 'counter') counters.set(key, new Counter(settings));
    else if (definition.type === 'gauge') gauges.set(key, unset(new Gauge(settings)));
    else histograms.set(key, new Histogram({ ...settings, buckets: [...(definition.buckets ?? secondsBuckets)] }));
  }
  if (program !== undefined) {
    gauges.get('buildInfo')?.set({ program, version: version ?? 'unknown', nodejs: process.version }, 1);
  }
  const refresh = async (): Promise<void> => {
    const answers = await Promise.allSettled([...sources].map(async (source) => source()));
    for (const gauge of measured) unset(gauge);
    measured.clear();
    for (const answer of answers) {
      if (answer.status === 'rejected') continue;
      for (const [key, samples] of Object.entries(answer.value) as [GaugeKey, readonly Sample[]][]) {
        const gauge = gauges.get(key);
        if (gauge === undefined) continue;
        measured.add(gauge);
        for (const { labels, value } of samples) gauge.set({ ...labels }, value);
      }
    }
  };
  return {
    add: (metric, labels, by = 1) => counters.get(metric)?.inc({ ...labels }, by),
    set: (metric, labels, value) => gauges.get(metric)?.set({ ...labels }, value),
    observe: (metric, labels, value) => histograms.get(metric)?.observe({ ...labels }, value),
    remove: (metric, labels) => gauges.get(metric)?.remove({ ...labels }),
    measure: (source) => {
      sources.add(source);
      return () => void sources.delete(source);
    },
    text: async () => {
      await refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
};

/** Removes all series of a gauge. The library sets a gauge without labels to 0, although nothing was measured. */
const unset = (gauge: Gauge): Gauge => {
  gauge.reset();
  gauge.remove({});
  return gauge;
};

/** How often the delay of the event loop is sampled, in milliseconds: every 10, the default, costs an idle process 0.5 % of a core. */
const loopSampleMs = 1_000;

/** The process metrics of the Prometheus client library, without those that need frequent samples. */
const measureProcess = (registry: Registry): void => {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopSampleMs });
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`);
};
