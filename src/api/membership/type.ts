import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { membershipSpec, membershipStatus } from './schema.ts';

/** What the controller grants a cluster in a slice. */
export type MembershipSpec = z.output<typeof membershipSpec>;
/** What the cluster requests. */
export type MembershipStatus = z.output<typeof membershipStatus>;
/** One cluster in one slice. */
export type Membership = Typed<MembershipSpec, MembershipStatus>;

/** Whether the membership ended: the cluster is no longer part of the slice, and the object only records that. */
export const hasEnded = ({ spec }: Membership): boolean => spec.ended !== undefined;

/** Name of the object; slice names have no dots, so it is unambiguous. */
export const membershipName = (slice: string, cluster: string): string => `${slice}.${cluster}`;
