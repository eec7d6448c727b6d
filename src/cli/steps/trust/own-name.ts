import { type SelfSubjectReview, selfSubjectReviewKind } from '../../../kubernetes/kinds.ts';
import type { Client } from '../../../kubernetes/port.ts';
import { Failure } from '../../../values/failure.ts';

/** The name by which the API server knows the user; `unknown` from one that does not answer that (before Kubernetes 1.28). */
export const ownName = async (client: Pick<Client, 'create'>, signal: AbortSignal): Promise<string> => {
  const review: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  try {
    return (await client.create(selfSubjectReviewKind, review, { signal })).status?.userInfo?.username ?? 'unknown';
  } catch (error) {
    if (Failure.is(error, 'NotFound') || Failure.is(error, 'Forbidden')) return 'unknown';
    throw error;
  }
};
