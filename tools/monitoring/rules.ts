import { stringify } from 'yaml';
import type { Side } from '../../src/install/crds.ts';
import { type AlertDefinition, alertCatalogue } from '../../src/telemetry/alerts.ts';

/** The page on which every alert has a section; `runbook_url` begins with it until a value of the chart says where it is served. */
export const alertsPagePath = 'docs/reference/alerts.md';

const ruleOf = ({ name, severity, expr, for: wait, summary, meaning }: AlertDefinition): object => ({
  alert: name,
  expr,
  ...(wait === '0m' ? {} : { for: wait }),
  labels: { severity },
  annotations: { summary, description: meaning, runbook_url: `${alertsPagePath}#${name.toLowerCase()}` },
});

/** The rules of one side as Prometheus reads them from a file; the operator's PrometheusRule has the same text as its spec. */
export const rulesFile = (side: Side): string =>
  stringify(
    { groups: [{ name: `kubeslice-${side}`, rules: alertCatalogue.filter((alert) => alert.side === side).map(ruleOf) }] },
    { lineWidth: 0 },
  );
