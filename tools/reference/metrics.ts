import { type MetricDefinition, metricCatalogue } from '../../src/telemetry/catalogue.ts';
import { page, table } from './markdown.ts';

/** Every metric, sorted by its name. */
export const metrics = (): readonly MetricDefinition[] => Object.values(metricCatalogue).toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Page of every metric. */
export const metricsPage = (): string =>
  page(
    'src/telemetry/catalogue.ts',
    'Metrics',
    'What the programs export under `/metrics`, for Prometheus. A program exports those that it measures.',
    table(
      ['metric', 'type', 'labels', 'meaning'],
      metrics().map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(' '), help]),
    ),
  );
