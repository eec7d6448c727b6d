import type * as z from 'zod';
import type { Rotation } from '../rotations.ts';
import type { Typed } from '../typed.ts';
import type { credentialRequestSpec, credentialRequestStatus } from './schema.ts';

/** The request of a cluster, with the proof of its key. */
export type CredentialRequestSpec = z.output<typeof credentialRequestSpec>;
/** The answer of the hub. */
export type CredentialRequestStatus = z.output<typeof credentialRequestStatus>;
/** A complete request. */
export interface CredentialQuestion {
  readonly challenge: string;
  readonly publicKey: string;
  readonly signature: string;
  /** How the authority came after the one with which the cluster joined. */
  readonly rotations?: readonly Rotation[] | undefined;
}
/** An answer of the hub. */
export type CredentialAnswer = NonNullable<CredentialRequestStatus['answer']>;
/** How one cluster renews its hub credential when it has no valid one. */
export type CredentialRequest = Typed<CredentialRequestSpec, CredentialRequestStatus>;

/** Name of the object of a cluster; names of projects and clusters have no dots. */
export const credentialRequestName = (project: string, cluster: string): string => `${project}.${cluster}`;

/** Project and cluster of an object by its name; undefined for another name. */
export const credentialRequestOwner = (name: string): { readonly project: string; readonly cluster: string } | undefined => {
  const [project, cluster, ...more] = name.split('.');
  return project && cluster && more.length === 0 ? { project, cluster } : undefined;
};
