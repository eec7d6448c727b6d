import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { sliceSpec, sliceStatus } from './schema.ts';

/** What a person asks of a slice. */
export type SliceSpec = z.input<typeof sliceSpec>;
/** What is known about a slice. */
export type SliceStatus = z.output<typeof sliceStatus>;
/** A block of a cluster or node that left, as it is written down. */
export type RetiredBlock = NonNullable<SliceStatus['retiredBlocks']>[number];
/** A slice: on the hub as written by people, in member clusters as mirrored by the worker. */
export type Slice = Typed<SliceSpec, SliceStatus>;

/** Retired blocks that a status holds at the most. */
export const maxRetiredBlocks = 256;

/** The namespaces whose pods are members: `applicationNamespaces` when given, else `allowedNamespaces`; sorted. */
export const memberNamespaces = (spec: SliceSpec): string[] => {
  const profile = spec.namespaceIsolationProfile;
  const chosen = profile?.applicationNamespaces?.length ? profile.applicationNamespaces : (profile?.allowedNamespaces ?? []);
  return [...chosen].toSorted();
};
