import { exchange, networking } from '../api/groups.ts';
import { authoritySecret, connectionConfigMap, consentConfigMap, hubSecret, memberNamespace, trustConfigMap } from '../api/places.ts';
import { corednsConfigMap } from '../api/stub-block.ts';
import { change, judgeReaders, ownMany, type Rights, read } from './account.ts';
import { knownClusterDns } from './cluster-dns-rights.ts';

const ours = networking.group;

/**
 * What the worker may do in its own cluster: read what it publishes, write what it mirrors, keep the stub zone of the cluster's DNS.
 * Secrets and ConfigMaps only by name; there is no account that can list Secrets.
 */
export const workerRights: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods', 'services', 'namespaces', 'nodes'], verbs: read },
    { apiGroups: ['networking.k8s.io'], resources: ['servicecidrs'], verbs: read },
    { apiGroups: [ours], resources: ['serviceexports'], verbs: read },
    { apiGroups: [ours], resources: ['serviceexports/status'], verbs: change },
    { apiGroups: [ours], resources: ['serviceimports'], verbs: ownMany },
    { apiGroups: [ours], resources: ['serviceimports/status'], verbs: change },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ownMany },
    // The address of an EndpointSlice's owner may be guarded by OwnerReferencesPermissionEnforcement, endpoints by this right.
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices/restricted'], verbs: ['create'] },
    { apiGroups: [ours], resources: ['serviceimports/finalizers', 'serviceexports/finalizers'], verbs: ['update'] },
    // The DNS of OpenShift; what of it, the policy kubeslice-dns-operator says.
    { apiGroups: ['operator.openshift.io'], resources: ['dnses'], resourceNames: ['default'], verbs: ['get', 'patch'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ...judgeReaders,
  ],
  in: {
    [memberNamespace]: [
      { apiGroups: [ours], resources: ['slices', 'slicenodes', 'slicepeers'], verbs: ownMany },
      { apiGroups: [exchange.group], resources: ['notices'], verbs: ownMany },
      { apiGroups: [ours], resources: ['slices/status'], verbs: change },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [hubSecret], verbs: change },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [authoritySecret], verbs: ['get'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [trustConfigMap, connectionConfigMap], verbs: change },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [consentConfigMap], verbs: ['get'] },
      // DNS servers that a drain left on one node.
      { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', ...change] },
    ],
    [corednsConfigMap.namespace]: knownClusterDns,
  },
};

/** What the agents may do: read what their node needs, and write the status of their node's own objects (which ones, a policy checks). */
export const agentRights: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods', 'nodes'], verbs: read },
    // Also whether who asks for notices is the worker.
    ...judgeReaders,
  ],
  in: {
    [memberNamespace]: [
      { apiGroups: [ours], resources: ['slices', 'slicenodes', 'slicepeers'], verbs: read },
      // What this cluster offers to the others while the hub is away.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
      { apiGroups: [ours], resources: ['slicenodes/status'], verbs: change },
    ],
  },
};

/** What the DNS servers may do: read endpoints, which carry the names, and which links are up; and judge who reads their metrics. */
export const dnsRights: Rights = {
  everywhere: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read }, ...judgeReaders],
  in: {
    [memberNamespace]: [{ apiGroups: [ours], resources: ['slicenodes'], verbs: read }],
  },
};
