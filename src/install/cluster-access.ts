import { controller, exchange } from '../api/groups.ts';
import { clusterLabel } from '../api/labels.ts';
import { joinAccount, workerAccount } from '../api/places.ts';
import type { Lease } from '../values/builtin/lease.ts';
import type { PolicyRule, Role, RoleBinding } from '../values/builtin/rbac.ts';
import type { KubernetesObject, ObjectMeta } from '../values/object.ts';
import { change, read } from './account.ts';
import { metadata } from './metadata.ts';

const apiGroup = 'rbac.authorization.k8s.io';

const account = (name: string, namespace: string, cluster: string, rules: readonly PolicyRule[]): KubernetesObject[] => {
  const meta: ObjectMeta = metadata(name, { namespace });
  const labelled = { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } };
  const role: Role = { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: labelled, rules };
  const binding: RoleBinding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: labelled,
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: labelled }, role, binding];
};

const tokenFor = (name: string): PolicyRule => ({
  apiGroups: [''],
  resources: ['serviceaccounts/token'],
  resourceNames: [name],
  verbs: ['create'],
});

/** The Cluster itself, as long as nobody has joined under its name. */
export const planCluster = (cluster: string, namespace: string): KubernetesObject => {
  const object = {
    apiVersion: `${controller.group}/${controller.version}`,
    kind: 'Cluster',
    metadata: metadata(cluster, { namespace }),
    spec: {},
  };
  return object;
};

/**
 * What the worker of a cluster may do in the project's namespace on the hub: read who else is there, report its own state, renew its
 * own token and its sign of life. Access to notice boards is granted slice by slice, by the controller.
 */
export const planWorkerAccess = (cluster: string, namespace: string): KubernetesObject[] => {
  const name = workerAccount(cluster);
  const meta = metadata(name, { namespace });
  // Made here, since creation cannot be limited by name: a worker that could create leases could pretend that another one lives.
  const signOfLife: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } },
  };
  const access = account(name, namespace, cluster, [
    { apiGroups: [controller.group], resources: ['clusters'], verbs: read },
    { apiGroups: [controller.group], resources: ['clusters/status'], resourceNames: [cluster], verbs: change },
    { apiGroups: [exchange.group], resources: ['memberships'], verbs: read },
    // Which memberships are its own is checked by the policy kubeslice-memberships: a role cannot select by content.
    { apiGroups: [exchange.group], resources: ['memberships/status'], verbs: change },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [name], verbs: change },
    tokenFor(name),
  ]);
  return [signOfLife, ...access];
};

/** What a join token is good for: to set the authority of its one Cluster, and to fetch the first token of its worker. */
export const planJoinAccess = (cluster: string, namespace: string): KubernetesObject[] =>
  account(joinAccount(cluster), namespace, cluster, [
    { apiGroups: [controller.group], resources: ['clusters'], resourceNames: [cluster], verbs: ['get', 'patch'] },
    { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: [workerAccount(cluster)], verbs: ['get'] },
    tokenFor(workerAccount(cluster)),
  ]);
