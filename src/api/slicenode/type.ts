import type * as z from 'zod';
import { shortName } from '../../values/text/hash.ts';
import type { Typed } from '../typed.ts';
import type { linkException, linkReport, linkVotes, sliceNodeSpec, sliceNodeStatus, tunnelEndpoint } from './schema.ts';

/** Where a tunnel can be reached. */
export type TunnelEndpoint = z.output<typeof tunnelEndpoint>;
/** A link that is not up, as its node reported it. */
export type LinkException = z.output<typeof linkException>;
/** A node's report about the nodes of one cluster. */
export type LinkVotes = z.output<typeof linkVotes>;
/** A node's report about its links. */
export type LinkReport = z.output<typeof linkReport>;
/** The desired state of a node in a slice. */
export type SliceNodeSpec = z.output<typeof sliceNodeSpec>;
/** The observed state of a node in a slice. */
export type SliceNodeStatus = z.output<typeof sliceNodeStatus>;
/** One node of this cluster in one slice. */
export type SliceNode = Typed<SliceNodeSpec, SliceNodeStatus>;

/** Name of the object; slice names have no dots, so it is unambiguous. */
export const sliceNodeName = (slice: string, node: string): string => `${slice}.${node}`;

/** Whether a node is in the slice of its SliceNode, or joins it now: a pod needs it, or it is the place of its cluster in the slice. */
export const isInSlice = ({ spec }: Pick<SliceNode, 'spec'>): boolean => spec.idle !== true;

/** Value of the node label, with which an agent selects its own objects: the node's name, shortened with a hash if it is too long for a label. */
export const nodeLabelValue = (node: string): string => shortName(node, 63);
