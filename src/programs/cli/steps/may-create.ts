import { selfSubjectAccessReviewKind } from '../../../kubernetes/kinds.ts';
import type { Client } from '../../../kubernetes/port.ts';

/** Whether the person may create objects of a resource everywhere in the cluster (SelfSubjectAccessReview). */
export const mayCreate = async (
  client: Pick<Client, 'create'>,
  { group, resource }: { readonly group: string; readonly resource: string },
  signal: AbortSignal,
): Promise<boolean> => {
  const review = await client.create(
    selfSubjectAccessReviewKind,
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: { name: '' },
      spec: { resourceAttributes: { group, resource, verb: 'create' } },
    },
    { signal },
  );
  return review.status?.allowed === true;
};
