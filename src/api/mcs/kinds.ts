import type { ResourceKind } from '../../values/resource-kind.ts';
import { multicluster } from '../groups.ts';
import type { McsServiceExport, McsServiceImport } from './type.ts';

/** One of the versions of the Multi-Cluster Services API that we know. */
export type McsVersion = (typeof multicluster.versions)[number];

const { group } = multicluster;

/** ServiceExport of the Multi-Cluster Services API, in the version that a cluster serves. */
export const mcsServiceExportKind = (version: McsVersion): ResourceKind<McsServiceExport> => ({
  group,
  version,
  kind: 'ServiceExport',
  plural: 'serviceexports',
  namespaced: true,
});

/** ServiceImport of the Multi-Cluster Services API, in the version that a cluster serves. */
export const mcsServiceImportKind = (version: McsVersion): ResourceKind<McsServiceImport> => ({
  group,
  version,
  kind: 'ServiceImport',
  plural: 'serviceimports',
  namespaced: true,
});

/** Names of the two definitions. */
export const mcsDefinitionNames = { exports: `serviceexports.${group}`, imports: `serviceimports.${group}` } as const;
