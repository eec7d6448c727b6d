import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { credentialRequestSpec, credentialRequestStatus } from './schema.ts';

/** What a cluster asks, by proof of its key. */
export type CredentialRequestSpec = z.output<typeof credentialRequestSpec>;
/** What the hub answers. */
export type CredentialRequestStatus = z.output<typeof credentialRequestStatus>;
/** A request that is complete. */
export interface CredentialQuestion {
  readonly challenge: string;
  readonly publicKey: string;
  readonly signature: string;
}
/** An answer of the hub. */
export type CredentialAnswer = NonNullable<CredentialRequestStatus['answer']>;
/** The place where one cluster gets its hub credential renewed when it has none that is valid. */
export type CredentialRequest = Typed<CredentialRequestSpec, CredentialRequestStatus>;

/** Name of the object of a cluster; neither names of projects nor those of clusters have dots. */
export const credentialRequestName = (project: string, cluster: string): string => `${project}.${cluster}`;

/** Project and cluster of an object by its name, or undefined when it is not such a name. */
export const credentialRequestOwner = (name: string): { readonly project: string; readonly cluster: string } | undefined => {
  const [project, cluster, ...more] = name.split('.');
  return project && cluster && more.length === 0 ? { project, cluster } : undefined;
};
