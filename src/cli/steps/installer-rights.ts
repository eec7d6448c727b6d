import { selfSubjectAccessReviewKind } from '../../kubernetes/kinds.ts';
import type { Client } from '../../kubernetes/port.ts';

interface Resource {
  readonly group: string;
  readonly resource: string;
}

/** Kinds that represent everything that an installation creates: a user who may create these is an administrator. */
const created: readonly Resource[] = [
  { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
  { group: 'apps', resource: 'daemonsets' },
  { group: '', resource: 'namespaces' },
];

/** Whether the user may create objects of a resource everywhere in the cluster (SelfSubjectAccessReview). */
const mayCreate = async (client: Pick<Client, 'create'>, { group, resource }: Resource, signal: AbortSignal): Promise<boolean> => {
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

/** The resources that an installation creates and the user may not. */
export const resourcesNotAllowed = async (client: Pick<Client, 'create'>, signal: AbortSignal): Promise<string[]> => {
  const answers = await Promise.all(created.map(async (each) => ((await mayCreate(client, each, signal)) ? [] : [each.resource])));
  return answers.flat();
};
