import { controller, networking } from '../../api/groups.ts';
import { exchangePrefix, hubNamespace, memberNamespace } from '../../api/places.ts';
import { chosenNamespaces } from '../../api/slice/schema.ts';
import { planPolicy } from './policy.ts';

/**
 * Input of people that admission refuses beyond the schema, because it depends on other objects. Two people may apply at once and pass; the
 * controller or the worker then finds it and reports it in a condition.
 */

/** CEL: the member namespaces of a slice. */
const namespacesOf = (slice: string): string => {
  const profile = `${slice}.spec.namespaceIsolationProfile`;
  return `(has(${profile}) ? ${chosenNamespaces(profile)} : [])`;
};

/** Only when the spec changes: writes of labels, finalizers or status must never be refused because of another object. */
const specChanges = {
  name: 'spec-changes',
  expression: '!has(object.metadata.deletionTimestamp) && (oldObject == null || object.spec != oldObject.spec)',
};

/** In a cluster that is hub and member at once, the worker's mirrors of slices are not input of people. */
const notMirrored = {
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn' as const, values: [memberNamespace] }],
};

const sliceWrites = [
  {
    apiGroups: [networking.group],
    apiVersions: [networking.version],
    resources: ['slices'],
    operations: ['CREATE' as const, 'UPDATE' as const],
  },
];

/** Whether an object is in a namespace of a project; `doing` is the advice for the message. */
const isInProject = (doing: string) => ({
  expression: `request.namespace == 'default' || (request.namespace.startsWith('kubeslice-') && request.namespace != '${hubNamespace}' && !request.namespace.startsWith('${exchangePrefix}'))`,
  messageExpression: `'metadata.namespace "' + request.namespace + '" belongs to no project; ${doing} in "default", the default project, or in "kubeslice-<project>"'`,
  reason: 'Invalid' as const,
});

const sliceProjects = planPolicy({
  name: 'kubeslice-slice-projects',
  rules: sliceWrites,
  namespaceSelector: notMirrored,
  conditions: [specChanges],
  validations: [isInProject('apply the slice')],
});

/** CEL: the networks that share an address with the slice's subnet. Two prefixes overlap when one contains the other's first address. */
const overlapping = (networks: string): string =>
  `!isCIDR(object.spec.sliceSubnet) ? [] : ${networks}.filter(n, isCIDR(n) && (cidr(n).containsIP(cidr(object.spec.sliceSubnet).masked().ip()) || cidr(object.spec.sliceSubnet).containsIP(cidr(n).masked().ip())))`;

const clustersOf = (slice: string): string => `${slice}.spec.?clusters.orValue([])`;

/** CEL: whether a slice includes the cluster in `params`. */
const takesIn = (slice: string): string => `(size(${clustersOf(slice)}) == 0 || params.metadata.name in ${clustersOf(slice)})`;

const hostRoutes = "params.?status.?nodeIPs.orValue([]).map(ip, ip + (ip.contains(':') ? '/128' : '/32'))";

/** The messages about a slice's subnet and the networks of one cluster, which is `params`. */
const subnetAndNetworks = {
  rules: sliceWrites,
  namespaceSelector: notMirrored,
  conditions: [specChanges],
  params: { kind: { apiVersion: `${controller.group}/${controller.version}`, kind: 'Cluster' } },
};
const meeting = [
  { name: 'pods', expression: overlapping('params.?status.?cniSubnet.orValue([])') },
  { name: 'services', expression: overlapping('params.?status.?serviceSubnet.orValue([])') },
  { name: 'nodes', expression: overlapping(hostRoutes) },
  {
    name: 'meeting',
    expression:
      "size(variables.pods) > 0 ? 'the pod network ' + variables.pods[0] : (size(variables.services) > 0 ? 'the service network ' + variables.services[0] : (size(variables.nodes) > 0 ? 'the node address ' + variables.nodes[0].split('/')[0] : ''))",
  },
];
/** CEL: the slice names clusters. A slice of all clusters must not be refused because of one cluster's report. */
const namesClusters = `size(${clustersOf('object')}) > 0`;
/** CEL: this write adds the cluster to the slice. A cluster that is already in it was checked then; later overlaps must not block other changes. */
const comesIn = `${takesIn('object')} && (oldObject == null || !${takesIn('oldObject')})`;

const sliceSubnets = planPolicy({
  ...subnetAndNetworks,
  name: 'kubeslice-slice-subnets',
  variables: [{ name: 'concerned', expression: `${namesClusters} && ${comesIn}` }, ...meeting],
  validations: [
    {
      expression: "!variables.concerned || variables.meeting == ''",
      messageExpression:
        "'spec.sliceSubnet ' + object.spec.sliceSubnet + ' overlaps ' + variables.meeting + ' of cluster ' + params.metadata.name + '; choose a subnet that no member cluster uses, or name only other clusters in spec.clusters'",
      reason: 'Invalid',
    },
  ],
});

const sliceSubnetAdvice = planPolicy({
  ...subnetAndNetworks,
  name: 'kubeslice-slice-subnet-advice',
  action: 'Warn',
  variables: [{ name: 'concerned', expression: `!(${namesClusters}) && ${comesIn}` }, ...meeting],
  validations: [
    {
      expression: "!variables.concerned || variables.meeting == ''",
      messageExpression:
        "'spec.sliceSubnet ' + object.spec.sliceSubnet + ' overlaps ' + variables.meeting + ' of cluster ' + params.metadata.name + ', which therefore does not join the slice; choose a subnet that no member cluster uses if it should join'",
    },
  ],
});

const sliceNamespaces = planPolicy({
  name: 'kubeslice-slice-namespaces',
  rules: sliceWrites,
  namespaceSelector: notMirrored,
  conditions: [specChanges],
  params: { kind: { apiVersion: `${networking.group}/${networking.version}`, kind: 'Slice' } },
  variables: [
    {
      name: 'apart',
      expression: `params.metadata.name == object.metadata.name || has(params.metadata.deletionTimestamp) || (size(${clustersOf('object')}) > 0 && size(${clustersOf('params')}) > 0 && !${clustersOf('object')}.exists(c, c in ${clustersOf('params')}))`,
    },
    { name: 'shared', expression: `${namespacesOf('object')}.filter(n, n in ${namespacesOf('params')})` },
  ],
  validations: [
    {
      expression: 'variables.apart || size(variables.shared) == 0',
      messageExpression:
        "'spec.namespaceIsolationProfile names the namespace \"' + variables.shared[0] + '\", which belongs to slice \"' + params.metadata.name + '\" already, and a pod has one slice; remove it from one of the two'",
      reason: 'Invalid',
    },
  ],
});

const exports = planPolicy({
  name: 'kubeslice-service-exports',
  // Not refused: a tool that applies many objects has no order, and the slice may get the namespace shortly after.
  action: 'Warn',
  rules: [
    {
      apiGroups: [networking.group],
      apiVersions: [networking.version],
      resources: ['serviceexports'],
      operations: ['CREATE', 'UPDATE'],
    },
  ],
  conditions: [specChanges],
  params: { kind: { apiVersion: `${networking.group}/${networking.version}`, kind: 'Slice' }, namespace: memberNamespace },
  validations: [
    {
      expression: `params.metadata.name != object.spec.slice || has(params.metadata.deletionTimestamp) || request.namespace in ${namespacesOf('params')}`,
      messageExpression: `'spec.slice "' + object.spec.slice + '" does not have the namespace "' + request.namespace + '" (it has ' + (size(${namespacesOf('params')}) == 0 ? 'none' : ${namespacesOf('params')}.join(', ')) + '); the export waits until the namespace is added to the slice on the hub'`,
    },
  ],
});

/** Networks without owner on the internet: RFC 1918, shared address space (RFC 6598), benchmarking (RFC 2544). */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15'];

const sliceAdvice = planPolicy({
  name: 'kubeslice-slice-advice',
  action: 'Warn',
  rules: sliceWrites,
  namespaceSelector: notMirrored,
  conditions: [specChanges],
  validations: [
    {
      expression: `!isCIDR(object.spec.sliceSubnet) || ${privateNetworks.map((network) => `cidr('${network}').containsCIDR(object.spec.sliceSubnet)`).join(' || ')}`,
      messageExpression:
        "'spec.sliceSubnet ' + object.spec.sliceSubnet + ' is not a private network (RFC 1918): pods of the slice will not reach the hosts of the internet that have these addresses; use one such as 10.0.0.0/16 if that matters'",
    },
    {
      expression: '!object.spec.?namespaceIsolationProfile.?isolationEnabled.orValue(false)',
      message:
        'spec.namespaceIsolationProfile.isolationEnabled is accepted and has no effect yet: other namespaces can still reach the members; use a NetworkPolicy instead',
    },
  ],
});

const reserved = (field: string): { expression: string; message: string } => ({
  expression: `!has(object.spec.${field})`,
  message: `spec.${field} is accepted and has no effect yet`,
});

const reservedFields = (kind: string, fields: readonly string[]) =>
  planPolicy({
    name: `kubeslice-${kind}-advice`,
    action: 'Warn',
    rules: [
      { apiGroups: [controller.group], apiVersions: [controller.version], resources: [`${kind}s`], operations: ['CREATE', 'UPDATE'] },
    ],
    conditions: [specChanges],
    validations: fields.map(reserved),
  });

const clusterAdvice = reservedFields('cluster', ['nodeIPs', 'networkInterface']);

const projectAdvice = reservedFields('project', ['defaultSliceCreation', 'serviceAccount']);

const clusterProjects = planPolicy({
  name: 'kubeslice-cluster-projects',
  rules: [{ apiGroups: [controller.group], apiVersions: [controller.version], resources: ['clusters'], operations: ['CREATE'] }],
  conditions: [],
  validations: [isInProject('create the cluster')],
});

const slicesOnHub = planPolicy({
  name: 'kubeslice-slices-on-hub',
  rules: [{ apiGroups: [networking.group], apiVersions: [networking.version], resources: ['slices'], operations: ['CREATE'] }],
  namespaceSelector: notMirrored,
  conditions: [],
  validations: [
    {
      // A hub, even one that is a member too, is recognised by the controller's right to write the status.
      expression: `authorizer.serviceAccount('${hubNamespace}', 'kubeslice-controller').group('${networking.group}').resource('slices').subresource('status').namespace(request.namespace).check('patch').allowed()`,
      message:
        'Slices are written on the hub, and this cluster is a member: apply it there ("kubectl --context <hub> apply"); the hub distributes it to all members.',
      reason: 'Invalid',
    },
  ],
});

const projectPlaces = planPolicy({
  name: 'kubeslice-projects',
  rules: [{ apiGroups: [controller.group], apiVersions: [controller.version], resources: ['projects'], operations: ['CREATE'] }],
  conditions: [],
  validations: [
    {
      expression: `request.namespace == '${hubNamespace}'`,
      messageExpression: `'metadata.namespace "' + request.namespace + '" is not the namespace of projects; create the project in "${hubNamespace}"'`,
      reason: 'Invalid',
    },
    {
      expression: `!(('kubeslice-' + object.metadata.name) in ['${memberNamespace}', '${hubNamespace}']) && !('kubeslice-' + object.metadata.name).startsWith('${exchangePrefix}')`,
      messageExpression:
        "'metadata.name \"' + object.metadata.name + '\" cannot be a project, because the namespace \"kubeslice-' + object.metadata.name + '\" belongs to KubeSlice itself; choose another name'",
      reason: 'Invalid',
    },
  ],
});

/**
 * Policies of the hub about input of people. They refuse slices outside of projects, subnets that overlap a cluster's own networks, namespaces in two
 * slices, and impossible projects. They warn about accepted input that may be a mistake.
 */
export const hubInputPolicies = [
  ...sliceProjects,
  ...sliceSubnets,
  ...sliceSubnetAdvice,
  ...sliceNamespaces,
  ...sliceAdvice,
  ...clusterAdvice,
  ...projectAdvice,
  ...projectPlaces,
  ...clusterProjects,
];

/** Policies of a member cluster about input of people: exports from namespaces outside of the slice, and slices that belong on the hub. */
export const memberInputPolicies = [...exports, ...slicesOnHub];
