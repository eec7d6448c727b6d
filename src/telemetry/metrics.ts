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

/** How code names a gauge. */
export type GaugeKey = KeyOf<'gauge'>;

/** Samples of some gauges. */
export type Samples = { readonly [K in GaugeKey]?: readonly Sample<K>[] };

/** The metrics of one program; which there are, and with which labels, is in the catalogue. */
export type Metrics = {
  /** Adds to a counter. */
  add<K extends KeyOf<'counter'>>(metric: K, labels: LabelsOf<K>, by?: number): void;
  /** Sets a gauge. */
  set<K extends GaugeKey>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Takes one observation into a histogram. */
  observe<K extends KeyOf<'histogram'>>(metric: K, labels: LabelsOf<K>, value: number): void;
  /** Drops the series of a gauge whose object is gone. */
  remove<K extends GaugeKey>(metric: K, labels: LabelsOf<K>): void;
  /**
   * Has gauges measured when somebody asks for them, and only then. Such a gauge has the series that its sources give and no others, so an object that
   * is gone leaves none behind. A source that fails gives nothing; the others go on.
   *
   * @returns takes the source out.
   */
  measure(source: () => Samples | Promise<Samples>): () => void;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Which program measures, and what beside its own. */
export interface MetricsOptions {
  /** Only metrics of this program are exported; what code that several programs share measures for others is dropped. @default all metrics */
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
  /** Gauges that a source has set at the last scrape: they begin anew at the next. */
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

/** Takes all series from a gauge. The library makes a gauge without labels 0, which says more than is known. */
const unset = (gauge: Gauge): Gauge => {
  gauge.reset();
  gauge.remove({});
  return gauge;
};

/** How often the delay of the event loop is sampled, in milliseconds: every 10, the default, costs an idle process 0.5 % of a core. */
const loopSampleMs = 1_000;

/** The metrics of the process that the Prometheus client library knows, without those that would need frequent samples to be true. */
const measureProcess = (registry: Registry): void => {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopSampleMs });
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`);
};
