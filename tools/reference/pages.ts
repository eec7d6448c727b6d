import { alertsPagePath } from '../monitoring/rules.ts';
import { alertsPage } from './alerts.ts';
import { commandsPage } from './commands.ts';
import { kindsPage } from './kinds.ts';
import { metricsPage } from './metrics.ts';
import { valuesPage } from './values.ts';
import { failuresPage, findingsPage, reasonsPage } from './words.ts';

/** Every generated page of the reference, by its path from the project's folder. */
export const pages = (): { readonly path: string; readonly text: string }[] => [
  { path: 'docs/reference/kinds.md', text: kindsPage() },
  { path: 'docs/reference/reasons.md', text: reasonsPage() },
  { path: 'docs/reference/failures.md', text: failuresPage() },
  { path: 'docs/reference/findings.md', text: findingsPage() },
  { path: 'docs/reference/metrics.md', text: metricsPage() },
  { path: 'docs/reference/values.md', text: valuesPage() },
  { path: alertsPagePath, text: alertsPage() },
  { path: 'docs/reference/commands.md', text: commandsPage() },
];
