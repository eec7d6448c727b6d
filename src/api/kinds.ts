import type { ResourceKind } from '../values/resource-kind.ts';
import { controller, exchange, networking } from './groups.ts';

/*
 * How the API server is asked for each of our kinds. Kept apart from the schemas, so that programs on nodes do not load a schema library
 * to send a request.
 */

const kind = (api: { group: string; version: string }, kind: string, plural: string): ResourceKind => ({
  ...api,
  kind,
  plural,
  namespaced: true,
});

/** One private network; written by people on the hub, mirrored by the worker into each member cluster. */
export const Slice = kind(networking, 'Slice', 'slices');
/** A service that its cluster offers to the slice; written by application owners in a member cluster. */
export const ServiceExport = kind(networking, 'ServiceExport', 'serviceexports');
/** A service of the slice as this cluster sees it; written by the worker. */
export const ServiceImport = kind(networking, 'ServiceImport', 'serviceimports');
/** One node of this cluster in one slice: its address blocks, its tunnel, its pods, its links. */
export const SliceNode = kind(networking, 'SliceNode', 'slicenodes');
/** One other node of the slice, verified: where to reach it and which addresses are its own. */
export const SlicePeer = kind(networking, 'SlicePeer', 'slicepeers');
/** A group of clusters, slices and people on the hub. */
export const Project = kind(controller, 'Project', 'projects');
/** A registered member cluster on the hub. */
export const Cluster = kind(controller, 'Cluster', 'clusters');
/** What the controller grants one cluster in one slice: address blocks and the exchange namespace. */
export const Membership = kind(exchange, 'Membership', 'memberships');
/** One signed statement of one cluster on the notice board of a slice. */
export const Notice = kind(exchange, 'Notice', 'notices');
