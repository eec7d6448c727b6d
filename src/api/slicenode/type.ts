import type * as z from 'zod';
import { shortName } from '../../values/hash.ts';
import type { Typed } from '../typed.ts';
import type { linkException, linkReport, linkVotes, servicePortMapping, sliceNodeSpec, sliceNodeStatus, tunnelEndpoint } from './schema.ts';

/** Where a tunnel can be reached. */
export type TunnelEndpoint = z.output<typeof tunnelEndpoint>;
/** A service port that leads to another port of a pod. */
export type ServicePortMapping = z.output<typeof servicePortMapping>;
/** A link that is not up, as its node published it. */
export type LinkException = z.output<typeof linkException>;
/** What a node says about the nodes of one cluster. */
export type LinkVotes = z.output<typeof linkVotes>;
/** What a node says about its links. */
export type LinkReport = z.output<typeof linkReport>;
/** What the agent of a node should make true in a slice. */
export type SliceNodeSpec = z.output<typeof sliceNodeSpec>;
/** What is true on a node in a slice. */
export type SliceNodeStatus = z.output<typeof sliceNodeStatus>;
/** One node of this cluster in one slice. */
export type SliceNode = Typed<SliceNodeSpec, SliceNodeStatus>;

/** Name of the object; slice names have no dots, so it cannot be ambiguous. */
export const sliceNodeName = (slice: string, node: string): string => `${slice}.${node}`;

/** Value of the node label, by which an agent selects its own objects: the node's name, shortened with a hash where a label cannot hold it. */
export const nodeLabelValue = (node: string): string => shortName(node, 63);
