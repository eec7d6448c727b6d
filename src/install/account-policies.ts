import { controller, exchange } from '../api/groups.ts';
import { hubCredentialSeconds } from '../api/hub-credential.ts';
import { endpointSliceManager, endpointSliceManagerLabel } from '../api/labels.ts';
import { hubNamespace, memberNamespace } from '../api/places.ts';
import { accountName, callerIs, clusterOf, isAccount, isWorker } from './callers.ts';
import { clusterDnsPolicy } from './cluster-dns-policy.ts';
import { clusterNetworkPolicy } from './cluster-network-policy.ts';
import { memberAccountPolicy } from './member-account-policy.ts';
import { noticePolicy } from './notice-policy.ts';
import { planPolicy } from './policy.ts';

/*
 * What the accounts of our own programs may do beyond what roles can say: roles know kinds and names, these policies know content.
 * They are what keeps a member cluster, fully compromised, from speaking for another one.
 */

const workerCluster = clusterOf('kubeslice-worker-');

const untouched = (path: string): string => `object.${path} == oldObject.${path}`;

/** Fields of a Cluster's status that the controller decides. */
const hubFields = ['conditions', 'registrationStatus', 'caFingerprint', 'clusterHealth'] as const;

const clusters = planPolicy({
  name: 'kubeslice-clusters',
  rules: [
    {
      apiGroups: [controller.group],
      apiVersions: ['*'],
      resources: ['clusters', 'clusters/status'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: callerIs('kubeslice-(worker|join)-.+$'),
  variables: [
    { name: 'joining', expression: `${accountName}.startsWith('kubeslice-join-')` },
    {
      name: 'cluster',
      expression: `${accountName}.substring(variables.joining ? ${'kubeslice-join-'.length} : ${'kubeslice-worker-'.length})`,
    },
  ],
  validations: [
    {
      expression: "request.operation == 'UPDATE' && request.name == variables.cluster",
      messageExpression:
        "'the account of cluster ' + variables.cluster + ' may change only the Cluster of that name, and this is \"' + request.name + '\"'",
      reason: 'Forbidden',
    },
    {
      expression: [
        'oldObject == null',
        `(${['spec.?nodeIPs', 'spec.?networkInterface', 'spec.?clusterProperty', 'metadata.?labels', 'metadata.?annotations', 'metadata.?finalizers', 'metadata.?ownerReferences'].map(untouched).join(' && ')})`,
      ].join(' || '),
      message: 'A cluster that joins may set only spec.caBundle of its Cluster.',
      reason: 'Forbidden',
    },
    {
      expression: ['oldObject == null', `(${hubFields.map((field) => untouched(`?status.?${field}`)).join(' && ')})`].join(' || '),
      message: `A cluster reports its nodes, networks and versions in the status of its Cluster; only the hub sets ${hubFields.join(', ')}.`,
      reason: 'Forbidden',
    },
  ],
});

const tokens = planPolicy({
  name: 'kubeslice-tokens',
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['serviceaccounts/token'], operations: ['CREATE'] }],
  conditions: callerIs('kubeslice-(worker|join)-.+$'),
  validations: [
    {
      expression: `object.spec.?expirationSeconds.orValue(${hubCredentialSeconds}) <= ${hubCredentialSeconds}`,
      message: `A token that a cluster asks for may last ${hubCredentialSeconds} seconds at the most; ask for that and renew it.`,
      reason: 'Forbidden',
    },
  ],
});

const firstTokens = planPolicy({
  name: 'kubeslice-first-tokens',
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['serviceaccounts/token'], operations: ['CREATE'] }],
  conditions: callerIs('kubeslice-join-.+$'),
  params: { kind: { apiVersion: `${controller.group}/${controller.version}`, kind: 'Cluster' } },
  variables: [clusterOf('kubeslice-join-')],
  validations: [
    {
      // Whoever has got hold of the join token cannot take a credential unseen: the name is taken then, and the rightful cluster is refused.
      expression: 'params.metadata.name != variables.cluster || has(params.spec.caBundle)',
      messageExpression:
        "'cluster ' + variables.cluster + ' has no authority yet; set spec.caBundle of its Cluster before asking for a credential, as \"kubeslice join\" does'",
      reason: 'Forbidden',
    },
  ],
});

const memberships = planPolicy({
  name: 'kubeslice-memberships',
  rules: [
    {
      apiGroups: [exchange.group],
      apiVersions: ['*'],
      resources: ['memberships', 'memberships/status'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isWorker,
  variables: [workerCluster],
  validations: [
    {
      expression: "request.operation == 'UPDATE' && request.subResource == 'status' && oldObject.spec.cluster == variables.cluster",
      messageExpression: "'the worker of cluster ' + variables.cluster + ' may change only the status of its own memberships'",
      reason: 'Forbidden',
    },
  ],
});

const credentialRequests = planPolicy({
  name: 'kubeslice-credential-requests',
  rules: [
    {
      apiGroups: [exchange.group],
      apiVersions: ['*'],
      resources: ['credentialrequests'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: callerIs('kubeslice-credential-request-.+$'),
  validations: [
    {
      // Which object, its role says; here, that nothing is stored with it but the question.
      expression: `request.operation == 'UPDATE' && ${['metadata.?labels', 'metadata.?annotations', 'metadata.?finalizers', 'metadata.?ownerReferences'].map(untouched).join(' && ')} && size(object.metadata.?managedFields.orValue([])) <= 8`,
      message: 'A cluster may change only the spec of its own CredentialRequest.',
      reason: 'Forbidden',
    },
  ],
});

const controllerObjects = planPolicy({
  name: 'kubeslice-controller-objects',
  rules: [
    {
      apiGroups: ['', 'rbac.authorization.k8s.io', 'coordination.k8s.io'],
      apiVersions: ['*'],
      resources: ['namespaces', 'serviceaccounts', 'roles', 'rolebindings', 'leases'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isAccount(hubNamespace, 'kubeslice-controller'),
  validations: [
    {
      expression: "(object == null ? oldObject : object).metadata.name.startsWith('kubeslice-')",
      message: 'The controller of KubeSlice may write only namespaces, accounts, roles and leases whose names start with "kubeslice-".',
      reason: 'Forbidden',
    },
  ],
});

const nodeNameKey = 'authentication.kubernetes.io/node-name';

const sliceNodes = planPolicy({
  name: 'kubeslice-slice-nodes',
  rules: [
    {
      apiGroups: ['networking.kubeslice.io'],
      apiVersions: ['*'],
      resources: ['slicenodes', 'slicenodes/status'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isAccount(memberNamespace, 'kubeslice-agent'),
  variables: [
    {
      name: 'node',
      // The token of a pod names the node that it runs on (Kubernetes 1.30 and later).
      expression: `request.userInfo.?extra[?'${nodeNameKey}'].orValue([]).join('')`,
    },
  ],
  validations: [
    {
      expression: "request.operation == 'UPDATE' && oldObject.spec.node == variables.node && object.spec.node == variables.node",
      messageExpression: "'the agent of node \"' + variables.node + '\" may change only the status of its own SliceNodes'",
      reason: 'Forbidden',
    },
  ],
});

const managerOf = (which: string): string => `${which}.metadata.?labels[?'${endpointSliceManagerLabel}'].orValue('')`;

const endpointSlices = planPolicy({
  name: 'kubeslice-endpoint-slices',
  rules: [
    { apiGroups: ['discovery.k8s.io'], apiVersions: ['*'], resources: ['endpointslices'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
  ],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: ['object', 'oldObject'].map((which) => ({
    // One with the label of a Service would be used by kube-proxy: the worker reads what comes from the hub, and must not be the way to every Service.
    expression: `${which} == null || (${managerOf(which)} == '${endpointSliceManager}' && !${which}.metadata.?labels[?'kubernetes.io/service-name'].hasValue())`,
    messageExpression: `'the worker of KubeSlice may write only EndpointSlices that it manages and that belong to no Service, and "' + ${which}.metadata.name + '" is none'`,
    reason: 'Forbidden' as const,
  })),
});

/** Policies of the hub about accounts: a cluster writes only what is its own, the controller only what is KubeSlice's. */
export const hubAccountPolicies = [
  ...noticePolicy,
  ...clusters,
  ...clusterNetworkPolicy,
  ...tokens,
  ...firstTokens,
  ...memberAccountPolicy,
  ...memberships,
  ...credentialRequests,
  ...controllerObjects,
];

/** Policies of a member cluster about accounts: an agent speaks only for the node it runs on, the worker keeps to its stub zone and its own EndpointSlices. */
export const memberAccountPolicies = [...sliceNodes, ...clusterDnsPolicy, ...endpointSlices];
