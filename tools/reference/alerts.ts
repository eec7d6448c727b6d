import { type AlertDefinition, alertCatalogue } from '../../src/telemetry/alerts.ts';
import { page, table } from './markdown.ts';

const section = ({ name, side, severity, expr, for: wait, meaning, evidence, remedies }: AlertDefinition): string =>
  [
    `## ${name}`,
    `${severity === 'critical' ? 'Critical' : 'Warning'}, ${side === 'hub' ? 'on the hub' : 'in a member cluster'}${wait === '0m' ? '' : `, after ${wait}`}.`,
    `**Meaning.** ${meaning}`,
    `**Evidence.** ${evidence}`,
    `**What to do.**\n\n${remedies.map((remedy, index) => `${index + 1}. ${remedy}`).join('\n')}`,
    `\`\`\`promql\n${expr}\n\`\`\``,
  ].join('\n\n');

/** Page of every alert. Its headings are where `runbook_url` leads. */
export const alertsPage = (): string =>
  page(
    'src/telemetry/alerts.ts',
    'Alerts',
    'The alert rules that the chart brings, and `charts/kubeslice/monitoring/` for a Prometheus without operator; [monitoring](../monitoring.md) says how to switch them on.',
    table(
      ['alert', 'severity', 'where', 'after'],
      alertCatalogue.map(({ name, severity, side, for: wait }) => [`[${name}](#${name.toLowerCase()})`, severity, side, wait]),
    ),
    ...alertCatalogue.map(section),
  );
