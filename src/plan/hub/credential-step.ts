import type { Cluster } from '../../api/cluster/type.ts';
import type { CredentialQuestion, CredentialRequest } from '../../api/credentialrequest/type.ts';

/** What the hub does next about a CredentialRequest. */
export type CredentialStep =
  /** Nothing was asked that can be answered. */
  | { readonly step: 'none' }
  /** There is nothing to sign yet, so a challenge is written. */
  | { readonly step: 'challenge' }
  | { readonly step: 'refuse'; readonly why: string }
  /** Complete and for the present challenge; whether it is proved is to be seen. */
  | { readonly step: 'verify'; readonly request: CredentialQuestion; readonly caBundle: string };

/**
 * ```
 * the object                                             step
 * has no challenge in its status                         challenge
 * asks nothing, or for a challenge answered before       none: a replay is not even refused
 * asks, and the cluster is not there or going            refuse
 * asks, and the cluster has not joined                   refuse
 * asks                                                   verify, by the authority that the hub has pinned
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
