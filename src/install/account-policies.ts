import { controller, exchange } from '../api/groups.ts';
import { hubCredentialSeconds } from '../api/hub-credential.ts';
import { endpointSliceManager, endpointSliceManagerLabel } from '../api/labels.ts';
import { hubNamespace, memberNamespace } from '../api/places.ts';
import { type PolicyParts, planPolicy } from './policy.ts';

/*
 * What the accounts of our own programs may do beyond what roles can say: roles know kinds and names, these policies know content.
 * They are what keeps a member cluster, fully compromised, from speaking for another one.
 */

const accountName = "request.userInfo.username.split(':')[3]";

const callerIs = (pattern: string): PolicyParts['conditions'] => [
  { name: 'caller', expression: `request.userInfo.username.matches('^system:serviceaccount:[^:]+:${pattern}')` },
];

const isAccount = (namespace: string, name: string): PolicyParts['conditions'] => [
  { name: 'caller', expression: `request.userInfo.username == 'system:serviceaccount:${namespace}:${name}'` },
];

const isWorker = callerIs('kubeslice-worker-.+$');

/** Cluster of the calling account, whose name begins so, as a CEL variable. */
const clusterOf = (prefix: string) => ({ name: 'cluster', expression: `${accountName}.substring(${prefix.length})` });
const workerCluster = clusterOf('kubeslice-worker-');

const notices = planPolicy({
  name: 'kubeslice-notices',
  rules: [
    {
      apiGroups: [exchange.group],
      apiVersions: ['*'],
      resources: ['notices'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isWorker,
  variables: [workerCluster],
  validations: ['object', 'oldObject'].map((which) => ({
    expression: `${which} == null || (${which}.spec.cluster == variables.cluster && ${which}.metadata.name.startsWith(variables.cluster + '.'))`,
    messageExpression: `'the worker of cluster ' + variables.cluster + ' may write only its own notices, and this one is called "' + ${which}.metadata.name + '" with spec.cluster "' + ${which}.spec.cluster + '"'`,
    reason: 'Forbidden' as const,
  })),
});

const untouched = (path: string): string => `object.${path} == oldObject.${path}`;

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
  ],
});

/** The shortest prefix that a cluster may call its own, as for slices: a lie about networks must not forbid every slice. */
const shortestPrefix = 8;

const ownNetworks = ['cniSubnet', 'serviceSubnet'].map((field) => `object.?status.?${field}.orValue([])`).join(' + ');

const clusterNetworks = planPolicy({
  name: 'kubeslice-cluster-networks',
  rules: [
    {
      apiGroups: [controller.group],
      apiVersions: ['*'],
      resources: ['clusters/status'],
      operations: ['UPDATE'],
    },
  ],
  conditions: isWorker,
  variables: [{ name: 'tooWide', expression: `(${ownNetworks}).filter(n, isCIDR(n) && cidr(n).prefixLength() < ${shortestPrefix})` }],
  validations: [
    {
      expression: 'size(variables.tooWide) == 0',
      messageExpression: `'the network ' + variables.tooWide[0] + ' cannot be that of one cluster: it is larger than a /${shortestPrefix}'`,
      reason: 'Invalid',
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

const controllerObjects = planPolicy({
  name: 'kubeslice-controller-objects',
  rules: [
    {
      apiGroups: ['', 'rbac.authorization.k8s.io'],
      apiVersions: ['*'],
      resources: ['namespaces', 'serviceaccounts', 'roles', 'rolebindings'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: isAccount(hubNamespace, 'kubeslice-controller'),
  validations: [
    {
      expression: "(object == null ? oldObject : object).metadata.name.startsWith('kubeslice-')",
      message: 'The controller of KubeSlice may write only namespaces, accounts and roles whose names start with "kubeslice-".',
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

const clusterDns = planPolicy({
  name: 'kubeslice-cluster-dns',
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['configmaps'], operations: ['CREATE', 'DELETE'] }],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: [
    {
      expression: "(object == null ? oldObject : object).metadata.name == 'coredns-custom'",
      message: 'The worker of KubeSlice may make and remove no ConfigMap but coredns-custom.',
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
  ...notices,
  ...clusters,
  ...clusterNetworks,
  ...tokens,
  ...firstTokens,
  ...memberships,
  ...controllerObjects,
];

/** Policies of a member cluster about accounts: an agent speaks only for the node it runs on, the worker keeps to its stub zone and its own EndpointSlices. */
export const memberAccountPolicies = [...sliceNodes, ...clusterDns, ...endpointSlices];
