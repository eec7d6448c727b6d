import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { accessPeer, accessPolicySpec, accessPolicyStatus, accessPort } from './schema.ts';

/** Calling pods of a policy. */
export type AccessPeer = z.output<typeof accessPeer>;
/** Ports of a policy. */
export type AccessPort = z.output<typeof accessPort>;
/** Who may call whom in a slice. */
export type AccessPolicySpec = z.output<typeof accessPolicySpec>;
/** The observed state of a policy. */
export type AccessPolicyStatus = z.output<typeof accessPolicyStatus>;
/** A policy: of a slice on the hub, of the owner of the called pods in a member. */
export type AccessPolicy = Typed<AccessPolicySpec, AccessPolicyStatus>;
