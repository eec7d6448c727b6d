import { serviceExportKind } from '../../api/kinds.ts';
import { exportCreatedAnnotation, managedBy, managedByLabel } from '../../api/labels.ts';
import type { McsServiceExport } from '../../api/mcs/type.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { apiVersionOf } from '../../values/resource-kind.ts';

/** The export of a slice that an export of the Multi-Cluster Services API stands for. The Service gives its selector and ports. */
export const derivedExport = ({ apiVersion, kind, metadata, spec }: McsServiceExport, slice: string): ServiceExport => ({
  apiVersion: apiVersionOf(serviceExportKind),
  kind: serviceExportKind.kind,
  metadata: {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: { [managedByLabel]: managedBy },
    ...(metadata.creationTimestamp === undefined ? {} : { annotations: { [exportCreatedAnnotation]: metadata.creationTimestamp } }),
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
  },
  spec: {
    slice,
    ...(spec?.exportedLabels === undefined ? {} : { exportedLabels: spec.exportedLabels }),
    ...(spec?.exportedAnnotations === undefined ? {} : { exportedAnnotations: spec.exportedAnnotations }),
  },
});
