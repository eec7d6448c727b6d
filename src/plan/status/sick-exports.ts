import type { Cluster } from '../../api/cluster/type.ts';
import type { SickExport } from './export-problems.ts';
import type { SliceReport } from './fleet-snapshot.ts';

/** The exports that do not offer what their owners request: those of slices by the reports, and those without a slice by their clusters. */
export const sickExportsOf = (reports: readonly SliceReport[], clusters: readonly Cluster[]): SickExport[] => [
  ...reports.flatMap(({ slice, cluster, report }) =>
    (report.failingExports ?? []).map((each): SickExport => ({ slice, cluster, ...each })),
  ),
  ...clusters.flatMap(({ metadata, status }) =>
    (status?.strayExports ?? []).map((each): SickExport => ({ cluster: metadata.name, ...each })),
  ),
];
