import type { KubernetesObject } from '../values/object.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { AccessPolicy } from './accesspolicy/type.ts';
import type { Cluster } from './cluster/type.ts';
import type { CredentialRequest } from './credentialrequest/type.ts';
import { controller, exchange, networking } from './groups.ts';
import type { Membership } from './membership/type.ts';
import type { Notice } from './notice/type.ts';
import type { Project } from './project/type.ts';
import type { ServiceExport } from './serviceexport/type.ts';
import type { ServiceImport } from './serviceimport/type.ts';
import type { Slice } from './slice/type.ts';
import type { SliceNode } from './slicenode/type.ts';
import type { SlicePeer } from './slicepeer/type.ts';

/** Our kinds for API requests. They are separate from the schemas, so that programs on nodes do not load a schema library to send a request. */

const kind = <T extends KubernetesObject>(api: { group: string; version: string }, kind: string, plural: string): ResourceKind<T> => ({
  ...api,
  kind,
  plural,
  namespaced: true,
});

/** One private network; people write it on the hub, and the worker mirrors it into each member cluster. */
export const sliceKind = kind<Slice>(networking, 'Slice', 'slices');
/** A service that its cluster offers to the slice; application owners write it in a member cluster. */
export const serviceExportKind = kind<ServiceExport>(networking, 'ServiceExport', 'serviceexports');
/** A service of the slice in this cluster; the worker writes it. */
export const serviceImportKind = kind<ServiceImport>(networking, 'ServiceImport', 'serviceimports');
/** Who may call whom in a slice; people write it on the hub for the slice, and in a member cluster for their own pods. */
export const accessPolicyKind = kind<AccessPolicy>(networking, 'AccessPolicy', 'accesspolicies');
/** One node of this cluster in one slice: its address blocks, its tunnel, its pods, its links. */
export const sliceNodeKind = kind<SliceNode>(networking, 'SliceNode', 'slicenodes');
/** One other node of the slice, verified: its tunnel endpoints and its addresses. */
export const slicePeerKind = kind<SlicePeer>(networking, 'SlicePeer', 'slicepeers');
/** A group of clusters, slices and people on the hub. */
export const projectKind = kind<Project>(controller, 'Project', 'projects');
/** A registered member cluster on the hub. */
export const clusterKind = kind<Cluster>(controller, 'Cluster', 'clusters');
/** What the controller grants one cluster in one slice: address blocks and the board. */
export const membershipKind = kind<Membership>(exchange, 'Membership', 'memberships');
/** One signed statement of one cluster on the board of a slice. */
export const noticeKind = kind<Notice>(exchange, 'Notice', 'notices');
/** How one cluster renews its hub credential by proof of its key; written by programs, in the namespace of the controller. */
export const credentialRequestKind = kind<CredentialRequest>(exchange, 'CredentialRequest', 'credentialrequests');
