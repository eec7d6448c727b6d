import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { clusterSpec, clusterStatus } from './schema.ts';

/** What is asked of or reported about a cluster. */
export type ClusterSpec = z.output<typeof clusterSpec>;
/** What is known about a cluster. */
export type ClusterStatus = z.output<typeof clusterStatus>;
/** A registered member cluster. */
export type Cluster = Typed<ClusterSpec, ClusterStatus>;
