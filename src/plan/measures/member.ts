import { conditionOf } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { isTrue, type Measured } from './measured.ts';

/** The metrics of a worker about the objects of its cluster. */
export interface MemberMeasures {
  readonly memberSliceReady: readonly Measured<'slice'>[];
  readonly exportReady: readonly Measured<ServiceLabel>[];
  readonly exportEndpoints: readonly Measured<ServiceLabel>[];
  readonly importEndpoints: readonly Measured<ServiceLabel>[];
}

/** Labels of a service; a label `namespace` would be that of the scraped pod. */
type ServiceLabel = 'slice' | 'service_namespace' | 'service';

const labelsOf = ({ metadata, spec }: ServiceExport | ServiceImport): Readonly<Record<ServiceLabel, string>> => ({
  slice: spec.slice,
  service_namespace: metadata.namespace ?? '',
  service: metadata.name,
});

/** Slices, exports and imports of a cluster in numbers. */
export const measureMember = (
  slices: readonly Slice[],
  exports: readonly ServiceExport[],
  imports: readonly ServiceImport[],
): MemberMeasures => ({
  memberSliceReady: slices.map(({ metadata, status }) => ({
    labels: { slice: metadata.name },
    value: isTrue(conditionOf(status?.conditions, 'Ready')),
  })),
  exportReady: exports.map((exported) => ({ labels: labelsOf(exported), value: Number(exported.status?.exportStatus === 'READY') })),
  exportEndpoints: exports.map((exported) => ({ labels: labelsOf(exported), value: exported.status?.availableEndpoints ?? 0 })),
  importEndpoints: imports.map((imported) => ({ labels: labelsOf(imported), value: imported.status?.availableEndpoints ?? 0 })),
});
