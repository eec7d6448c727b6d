import { controller, exchange } from '../../api/groups.ts';
import { hubCredentialSeconds } from '../../api/hub-credential.ts';
import { endpointSliceManager, endpointSliceManagerLabel, serviceAddressAnnotation } from '../../api/labels.ts';
import { hubNamespace, memberNamespace, workerUser } from '../../api/places.ts';
import { accountName, callerIs, clusterOf, isAccount, isWorker } from './callers.ts';
import { clusterDnsPolicy } from './cluster-dns-policy.ts';
import { clusterNetworkPolicy } from './cluster-network-policy.ts';
import { mcsPolicies } from './mcs-policies.ts';
import { memberAccountPolicy } from './member-account-policy.ts';
import { noticePolicy } from './notice-policy.ts';
import { planPolicy } from './policy.ts';

/**
 * Limits on the accounts of our own programs beyond what roles can express: roles select kinds and names, these policies check content. They keep a
 * fully compromised member cluster from acting as another one.
 */

const workerCluster = clusterOf('kubeslice-worker-');

const untouched = (path: string): string => `object.${path} == oldObject.${path}`;

/** Fields of a Cluster's status that only the controller sets. */
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
      message: `A token of a cluster may last at most ${hubCredentialSeconds} seconds; request no more and renew it.`,
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
      // A thief of the join token cannot take a credential unnoticed: the name is then taken, and the rightful cluster is refused.
      expression: 'params.metadata.name != variables.cluster || has(params.spec.caBundle)',
      messageExpression:
        "'cluster ' + variables.cluster + ' has no authority yet; set spec.caBundle of its Cluster before requesting a credential, as \"kubeslice join\" does'",
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
      // The role limits the object; this rule limits its content to the request.
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
      // The token of a pod contains the name of its node (Kubernetes 1.30 and later).
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
    // kube-proxy would use one with the label of a Service: the worker reads input from the hub, and must not control every Service.
    expression: `${which} == null || (${managerOf(which)} == '${endpointSliceManager}' && !${which}.metadata.?labels[?'kubernetes.io/service-name'].hasValue())`,
    messageExpression: `'the worker of KubeSlice may write only EndpointSlices that it manages and that belong to no Service, and "' + ${which}.metadata.name + '" is not one of them'`,
    reason: 'Forbidden' as const,
  })),
});

const ofAddress = (which: string): string => `${which}.metadata.?annotations[?'${serviceAddressAnnotation}'].orValue('')`;

/** A node leads a service address to the endpoints of the EndpointSlices that name it: who writes one could take the address of another service. */
const serviceAddresses = planPolicy({
  name: 'kubeslice-service-addresses',
  rules: [{ apiGroups: ['discovery.k8s.io'], apiVersions: ['*'], resources: ['endpointslices'], operations: ['CREATE', 'UPDATE'] }],
  conditions: [
    { name: 'address', expression: `${ofAddress('object')} != ''` },
    { name: 'caller', expression: `request.userInfo.username != '${workerUser}'` },
  ],
  validations: [
    {
      expression: `oldObject != null && ${ofAddress('object')} == ${ofAddress('oldObject')} && object.metadata.?labels == oldObject.metadata.?labels`,
      message: 'Only the worker of KubeSlice may give an EndpointSlice a service address, or change the labels of one that has it.',
      reason: 'Forbidden',
    },
  ],
});

/** Policies of the hub about accounts: a cluster writes only its own objects, the controller only those of KubeSlice. */
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

/** Policies of a member cluster about accounts: an agent writes only about its own node, the worker only its stub zone and its own EndpointSlices, and nobody else a service address. */
export const memberAccountPolicies = [...sliceNodes, ...clusterDnsPolicy, ...endpointSlices, ...serviceAddresses, ...mcsPolicies];
