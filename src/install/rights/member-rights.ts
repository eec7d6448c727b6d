import { clusterPropertyDefinitionName } from '../../api/about/kinds.ts';
import { about, exchange, multicluster, networking } from '../../api/groups.ts';
import { mcsDefinitionNames } from '../../api/mcs/kinds.ts';
import {
  authoritySecret,
  connectionConfigMap,
  consentConfigMap,
  forgottenConfigMap,
  hubSecret,
  memberNamespace,
  trustConfigMap,
} from '../../api/places.ts';
import { corednsConfigMap } from '../../api/stub-block.ts';
import { change, judgeReaders, ownMany, type Rights, read } from './account.ts';
import { knownClusterDns } from './cluster-dns-rights.ts';

const ours = networking.group;

/**
 * The rights of the worker in its own cluster: read what it publishes, write what it mirrors, keep the stub zone of the cluster's DNS. Secrets and
 * ConfigMaps only by name; no account can list Secrets.
 */
export const workerRights: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods', 'services', 'namespaces', 'nodes'], verbs: read },
    { apiGroups: ['networking.k8s.io'], resources: ['servicecidrs'], verbs: read },
    // Derived from those of the Multi-Cluster Services API; the policy kubeslice-derived-exports limits the worker to these.
    { apiGroups: [ours], resources: ['serviceexports'], verbs: [...read, 'create', 'patch', 'delete'] },
    { apiGroups: [ours], resources: ['accesspolicies'], verbs: read },
    { apiGroups: [ours], resources: ['serviceexports/status', 'accesspolicies/status'], verbs: change },
    { apiGroups: [ours], resources: ['serviceimports'], verbs: ownMany },
    { apiGroups: [ours], resources: ['serviceimports/status'], verbs: change },
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: [...Object.values(mcsDefinitionNames), clusterPropertyDefinitionName],
      verbs: read,
    },
    // The policy kubeslice-cluster-properties limits the worker to the two that it wrote.
    { apiGroups: [about.group], resources: ['clusterproperties'], verbs: [...read, 'create', 'patch', 'delete'] },
    { apiGroups: [multicluster.group], resources: ['serviceexports'], verbs: read },
    { apiGroups: [multicluster.group], resources: ['serviceexports/status'], verbs: ['patch'] },
    // The policy kubeslice-mcs-imports limits the worker to those that it wrote.
    { apiGroups: [multicluster.group], resources: ['serviceimports'], verbs: [...read, 'create', 'patch', 'delete'] },
    { apiGroups: [multicluster.group], resources: ['serviceimports/status'], verbs: ['patch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ownMany },
    // OwnerReferencesPermissionEnforcement may require a right on the EndpointSlice's owner; this right allows to write endpoints.
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices/restricted'], verbs: ['create'] },
    { apiGroups: [ours], resources: ['serviceimports/finalizers', 'serviceexports/finalizers'], verbs: ['update'] },
    // The DNS of OpenShift; the policy kubeslice-dns-operator limits the content.
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
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [consentConfigMap, forgottenConfigMap], verbs: ['get'] },
      // For DNS servers that a drain left on one node.
      { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', ...change] },
    ],
    [corednsConfigMap.namespace]: knownClusterDns,
  },
};

/** The rights of the agents: read what their node needs, and write the status of their node's own objects (a policy checks which). */
export const agentRights: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods', 'nodes'], verbs: read },
    { apiGroups: [ours], resources: ['accesspolicies'], verbs: read },
    // The services that pods of the node can call.
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
    // Also to check whether a client that requests notices is the worker.
    ...judgeReaders,
  ],
  in: {
    [memberNamespace]: [
      { apiGroups: [ours], resources: ['slices', 'slicenodes', 'slicepeers'], verbs: read },
      // This cluster's notices, which it offers to the others while the hub is unreachable, and the claims of clusters, which agents verify themselves.
      { apiGroups: [exchange.group], resources: ['notices'], verbs: read },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [forgottenConfigMap], verbs: read },
      { apiGroups: [ours], resources: ['slicenodes/status'], verbs: change },
    ],
  },
};

/** The rights of the DNS servers: read endpoints, which contain the names, and the state of links; and check who may read their metrics. */
export const dnsRights: Rights = {
  everywhere: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read }, ...judgeReaders],
  in: {
    [memberNamespace]: [{ apiGroups: [ours], resources: ['slicenodes'], verbs: read }],
  },
};
