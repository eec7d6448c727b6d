import * as z from 'zod';
import { cidr } from './fields.ts';
import type { Immutable } from './immutable.ts';

/** The statement of a cluster about itself. A tombstone about it is its farewell: it gives up its blocks and its authority. */
export const clusterBody = z.object({
  /** Certificate of the cluster's authority, PEM. */
  caCertificate: z.string().max(8192),
  /** The blocks that the cluster uses. It gives up a block when it no longer names it. */
  blocks: z.array(cidr).max(256),
  /**
   * Statements of the cluster with a lower serial ended for good. A cluster that joins again publishes the serial of its farewell, so that no earlier
   * statement is accepted again, even by a member that never received the farewell.
   */
  floor: z.int().min(1).exactOptional(),
});

/** The statement of a cluster about itself. */
export type ClusterBody = Immutable<z.output<typeof clusterBody>>;
