import { type MetricDefinition, measuredPrograms, metricCatalogue } from '../../src/telemetry/catalogue.ts';
import { page, table } from './markdown.ts';

/** Every metric, sorted by its name. */
export const metrics = (): readonly MetricDefinition[] => Object.values(metricCatalogue).toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Page of every metric. */
export const metricsPage = (): string =>
  page(
    'src/telemetry/catalogue.ts',
    'Metrics',
    'What the programs export under `/metrics` on TCP 9812, for Prometheus; [monitoring](../monitoring.md) says how to read them. Beside these, each program exports the `process_` and `nodejs_` metrics of the Prometheus client library.',
    table(
      ['metric', 'type', 'programs', 'labels', 'meaning'],
      metrics().map(({ name, type, programs, labels, help }) => [
        `\`${name}\``,
        type,
        programs.length === measuredPrograms.length ? 'all' : programs.join(' '),
        labels.map((label) => `\`${label}\``).join(' '),
        help,
      ]),
    ),
  );
