import type * as z from 'zod';
import type { KubernetesObject } from '../../values/object.ts';
import type { mcsServiceExportSpec, mcsServiceExportStatus, mcsServiceImportSpec, mcsServiceImportStatus } from './schema.ts';

/** A Service of its namespace that its owner exports by Kubernetes' own kind (KEP-1645). */
export type McsServiceExport = KubernetesObject & {
  readonly spec?: z.output<typeof mcsServiceExportSpec>;
  readonly status?: z.output<typeof mcsServiceExportStatus>;
};
/** The properties of an imported service in Kubernetes' own kind. */
export type McsServiceImportSpec = z.output<typeof mcsServiceImportSpec>;
/** The observed state of an imported service. */
export type McsServiceImportStatus = z.output<typeof mcsServiceImportStatus>;
/** A service that clusters export, by Kubernetes' own kind (KEP-1645). */
export type McsServiceImport = KubernetesObject & {
  readonly spec?: McsServiceImportSpec;
  readonly status?: McsServiceImportStatus;
};

/** Types of the conditions of a ServiceExport of the Multi-Cluster Services API. */
export type McsConditionType = 'Valid' | 'Ready' | 'Conflict';

/**
 * Reasons of these conditions, as KEP-1645 names them; `NamespaceNotInSlice` is ours. Several reasons of `Conflict` are joined by commas.
 */
export type McsReason =
  | 'Valid'
  | 'NoService'
  | 'InvalidServiceType'
  | 'Exported'
  | 'Ready'
  | 'Pending'
  | 'Failed'
  | 'NoConflicts'
  | 'AnnotationsConflict'
  | 'LabelsConflict'
  | 'PortConflict'
  | 'TypeConflict'
  | 'SessionAffinityConflict'
  | 'SessionAffinityConfigConflict'
  | 'InternalTrafficPolicyConflict'
  | 'TrafficDistributionConflict'
  | 'NamespaceNotInSlice';
