import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { sliceSpec, sliceStatus } from './schema.ts';

/** The desired state of a slice. */
export type SliceSpec = z.input<typeof sliceSpec>;
/** The observed state of a slice. */
export type SliceStatus = z.output<typeof sliceStatus>;
/** A block of a cluster or node that left, as the status records it. */
export type RetiredBlock = NonNullable<SliceStatus['retiredBlocks']>[number];
/** A slice: on the hub written by people, in member clusters mirrored by the worker. */
export type Slice = Typed<SliceSpec, SliceStatus>;

/** Maximum number of retired blocks in a status. */
export const maxRetiredBlocks = 256;

/** The namespaces whose pods are members: `applicationNamespaces` when given, else `allowedNamespaces`; sorted. */
export const memberNamespaces = (spec: SliceSpec): string[] => {
  const profile = spec.namespaceIsolationProfile;
  const chosen = profile?.applicationNamespaces?.length ? profile.applicationNamespaces : (profile?.allowedNamespaces ?? []);
  return [...chosen].toSorted();
};
