import { accessPolicyDefinition } from './accesspolicy/definition.ts';
import { clusterDefinition } from './cluster/definition.ts';
import { credentialRequestDefinition } from './credentialrequest/definition.ts';
import type { KindDefinition } from './kind-definition.ts';
import { membershipDefinition } from './membership/definition.ts';
import { noticeDefinition } from './notice/definition.ts';
import { projectDefinition } from './project/definition.ts';
import { serviceExportDefinition } from './serviceexport/definition.ts';
import { serviceImportDefinition } from './serviceimport/definition.ts';
import { sliceDefinition } from './slice/definition.ts';
import { sliceNodeDefinition } from './slicenode/definition.ts';
import { slicePeerDefinition } from './slicepeer/definition.ts';

/** Every kind of KubeSlice; CRDs, chart and reference pages derive from this list. */
export const catalogue: readonly KindDefinition[] = [
  projectDefinition,
  clusterDefinition,
  sliceDefinition,
  membershipDefinition,
  noticeDefinition,
  credentialRequestDefinition,
  serviceExportDefinition,
  accessPolicyDefinition,
  serviceImportDefinition,
  sliceNodeDefinition,
  slicePeerDefinition,
];
