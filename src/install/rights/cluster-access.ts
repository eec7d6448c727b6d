import { type CredentialRequest, credentialRequestName } from '../../api/credentialrequest/type.ts';
import { controller, exchange } from '../../api/groups.ts';
import { clusterLabel } from '../../api/labels.ts';
import {
  credentialRequestAccount,
  farewellsConfigMap,
  hubAddressConfigMap,
  hubNamespace,
  joinAccount,
  renewalRole,
  workerAccount,
} from '../../api/places.ts';
import type { ConfigMap } from '../../values/builtin/config-map.ts';
import type { Lease } from '../../values/builtin/lease.ts';
import type { PolicyRule, Role, RoleBinding } from '../../values/builtin/rbac.ts';
import type { Secret } from '../../values/builtin/secret.ts';
import type { KubernetesObject, ObjectMeta } from '../../values/object.ts';
import { componentName, metadata } from '../metadata.ts';
import { change, read } from './account.ts';

const apiGroup = 'rbac.authorization.k8s.io';

const account = (name: string, namespace: string, cluster: string, rules: readonly PolicyRule[]): KubernetesObject[] => {
  const subject = { kind: 'ServiceAccount' as const, name, namespace };
  const [role, binding] = roleFor(subject, name, namespace, cluster, rules);
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: role.metadata }, role, binding];
};

const roleFor = (
  subject: { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string },
  name: string,
  namespace: string,
  cluster: string,
  rules: readonly PolicyRule[],
): [Role, RoleBinding] => {
  const meta: ObjectMeta = metadata(name, { namespace });
  const labelled = { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } };
  const role: Role = { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: labelled, rules };
  const binding: RoleBinding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: labelled,
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [subject],
  };
  return [role, binding];
};

const tokenFor = (name: string): PolicyRule => ({
  apiGroups: [''],
  resources: ['serviceaccounts/token'],
  resourceNames: [name],
  verbs: ['create'],
});

/** The Cluster object before any cluster has joined under its name. */
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
 * The rights of a cluster's worker in the project's namespace on the hub: read the other members, report its own state, renew its own token and its
 * lease. The controller grants access to boards, slice by slice.
 */
export const planWorkerAccess = (cluster: string, namespace: string): KubernetesObject[] => {
  const name = workerAccount(cluster);
  const meta = metadata(name, { namespace });
  // Created here, because creation cannot be limited by name: a worker that could create leases could pretend that another worker lives.
  const signOfLife: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } },
  };
  const access = account(name, namespace, cluster, [
    { apiGroups: [controller.group], resources: ['clusters'], verbs: read },
    { apiGroups: [controller.group], resources: ['clusters/status'], resourceNames: [cluster], verbs: change },
    { apiGroups: [exchange.group], resources: ['memberships'], verbs: read },
    // The policy kubeslice-memberships limits this to its own memberships: a role cannot select by content.
    { apiGroups: [exchange.group], resources: ['memberships/status'], verbs: change },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [name], verbs: change },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [farewellsConfigMap(cluster)], verbs: ['get'] },
    tokenFor(name),
  ]);
  // The controller renews the credential of a cluster that proves its key; it may create tokens only for accounts that are named one by one.
  const controllerAccount = { kind: 'ServiceAccount' as const, name: componentName('controller'), namespace: hubNamespace };
  const renewal = roleFor(controllerAccount, renewalRole(cluster), namespace, cluster, [tokenFor(name)]);
  return [signOfLife, ...access, ...renewal];
};

/** The rights of a join token: to set the authority of its one Cluster, and to fetch the first token of its worker. */
export const planJoinAccess = (cluster: string, namespace: string): KubernetesObject[] =>
  account(joinAccount(cluster), namespace, cluster, [
    { apiGroups: [controller.group], resources: ['clusters'], resourceNames: [cluster], verbs: ['get', 'patch'] },
    { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: [workerAccount(cluster)], verbs: ['get'] },
    tokenFor(workerAccount(cluster)),
  ]);

/**
 * How a cluster requests a credential when it has no valid one: a permanent account that can only write a request into the one object of this
 * cluster. Only a proof of the key of the cluster's authority gets an answer.
 */
export const planCredentialRequestAccess = (project: string, cluster: string): KubernetesObject[] => {
  const name = credentialRequestAccount(project, cluster);
  const meta = metadata(credentialRequestName(project, cluster), { namespace: hubNamespace });
  const labelled = { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } };
  const request: CredentialRequest = {
    apiVersion: `${exchange.group}/${exchange.version}`,
    kind: 'CredentialRequest',
    metadata: labelled,
    spec: {},
  };
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...labelled, name, annotations: { 'kubernetes.io/service-account.name': name } },
    type: 'kubernetes.io/service-account-token',
  };
  const access = account(name, hubNamespace, cluster, [
    { apiGroups: [exchange.group], resources: ['credentialrequests'], resourceNames: [meta.name], verbs: ['get', 'patch'] },
  ]);
  // The object is created here, because creation cannot be limited by name. Kubernetes fills in the token of the Secret.
  return [request, ...access, secret];
};

/**
 * The addresses at which members reach the hub (`servers`, separated by white space, the best first) and the authorities of its server; an
 * administrator may change both.
 */
export const planHubAddress = (address: { readonly server: string; readonly ca: string }): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(hubAddressConfigMap, { namespace: hubNamespace }),
  data: { servers: address.server, 'ca.crt': address.ca },
});
