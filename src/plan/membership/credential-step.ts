import type { Cluster } from '../../api/cluster/type.ts';
import type { CredentialQuestion, CredentialRequest } from '../../api/credentialrequest/type.ts';
import type { Rotation } from '../../api/rotations.ts';

/** The next step of the hub for a CredentialRequest. */
export type CredentialStep =
  /** There is nothing to answer. */
  | { readonly step: 'none' }
  /** There is no challenge yet; it is written. */
  | { readonly step: 'challenge' }
  | { readonly step: 'refuse'; readonly why: string }
  /** Complete and for the current challenge; its proof must be verified. `known` are the rotations that an earlier proof named. */
  | { readonly step: 'verify'; readonly request: CredentialQuestion; readonly caBundle: string; readonly known: readonly Rotation[] };

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
  const { challenge, publicKey, signature, rotations } = spec;
  if (challenge !== status.challenge || publicKey === undefined || signature === undefined) return { step: 'none' };
  if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined)
    return { step: 'refuse', why: 'No cluster of that name is registered; join again with "kubeslice join".' };
  if (cluster.spec.caBundle === undefined)
    return { step: 'refuse', why: 'The cluster has not joined, so the hub knows no authority of it; join with "kubeslice join".' };
  const request = { challenge, publicKey, signature, ...(rotations === undefined ? {} : { rotations }) };
  return { step: 'verify', request, caBundle: cluster.spec.caBundle, known: status.rotations ?? [] };
};
