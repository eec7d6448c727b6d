import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { slicePeerSpec } from './schema.ts';

/** Another node of the slice, verified. */
export type SlicePeerSpec = z.output<typeof slicePeerSpec>;
/** Another node of the slice, verified. */
export type SlicePeer = Typed<SlicePeerSpec>;

/** The fields that state a node of a slice, in a SlicePeer or from a verified statement. */
export type PeerFields = Omit<SlicePeerSpec, 'chain' | 'serial' | 'signature' | 'slice' | 'statement'>;

/** Name of the object; slice and cluster names have no dots, so it is unambiguous. */
export const slicePeerName = (slice: string, cluster: string, node: string): string => `${slice}.${cluster}.${node}`;
