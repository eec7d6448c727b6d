import type { Cluster } from '../../api/cluster/type.ts';
import type { CredentialQuestion, CredentialRequest } from '../../api/credentialrequest/type.ts';

/** The next step of the hub for a CredentialRequest. */
export type CredentialStep =
  /** There is nothing to answer. */
  | { readonly step: 'none' }
  /** There is no challenge yet; it is written. */
  | { readonly step: 'challenge' }
  | { readonly step: 'refuse'; readonly why: string }
  /** Complete and for the current challenge; its proof must be verified. */
  | { readonly step: 'verify'; readonly request: CredentialQuestion; readonly caBundle: string };

/**
 * ```
 * the object                                             step
 * has no challenge in its status                         challenge
 * has no request, or one for an earlier challenge        none: a replay is not even refused
 * has a request; the cluster is missing or being deleted refuse
 * has a request; the cluster has not joined              refuse
 * has a request                                          verify, with the authority that the hub has pinned
 * ```
 */
export const credentialStep = ({ spec, status }: CredentialRequest, cluster: Cluster | undefined): CredentialStep => {
  if (status?.challenge === undefined) return { step: 'challenge' };
  const { challenge, publicKey, signature } = spec;
  if (challenge !== status.challenge || publicKey === undefined || signature === undefined) return { step: 'none' };
  if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined)
    return { step: 'refuse', why: 'No cluster of that name is registered; join again with "kubeslice join".' };
  if (cluster.spec.caBundle === undefined)
    return { step: 'refuse', why: 'The cluster has not joined, so the hub knows no authority of it; join with "kubeslice join".' };
  return { step: 'verify', request: { challenge, publicKey, signature }, caBundle: cluster.spec.caBundle };
};
