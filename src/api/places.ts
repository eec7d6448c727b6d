/** Namespace of the controller on the hub, and of Project objects. Upstream's name. */
export const hubNamespace = 'kubeslice-controller';
/** Namespace of worker, agent and DNS in a member cluster. Upstream's name. */
export const memberNamespace = 'kubeslice-system';
/** The project that always exists; its hub namespace is `default`, so that a Slice without a namespace belongs to it. */
export const defaultProject = 'default';

/** Prefix of the hub namespaces of boards. */
export const exchangePrefix = 'kubeslice-exchange-';

/** Hub namespace with the slices, clusters and memberships of a project. */
export const projectNamespace = (project: string): string => (project === defaultProject ? 'default' : `kubeslice-${project}`);

/** Project of a hub namespace; undefined when the namespace belongs to none. */
export const projectOfNamespace = (namespace: string): string | undefined => {
  if (namespace === 'default') return defaultProject;
  if (!namespace.startsWith('kubeslice-') || namespace === hubNamespace || namespace.startsWith(exchangePrefix)) return undefined;
  return namespace.slice('kubeslice-'.length);
};

/** Hub namespace of a slice's board. It is derived from the UID, so that a slice that is deleted and created again starts with an empty board. */
export const exchangeNamespace = (sliceUID: string): string => `${exchangePrefix}${sliceUID}`;

/** Service account on the hub for the worker of a cluster. */
export const workerAccount = (cluster: string): string => `kubeslice-worker-${cluster}`;
/** Service account on the hub with which a cluster joins; deleted once it has joined. */
export const joinAccount = (cluster: string): string => `kubeslice-join-${cluster}`;

/**
 * Service account on the hub, in the namespace of the controller, with which a cluster requests a credential when it has none; it can do nothing
 * else.
 */
export const credentialRequestAccount = (project: string, cluster: string): string => `kubeslice-credential-request-${project}.${cluster}`;
/** Role on the hub by which the controller creates tokens for the worker of a cluster. */
export const renewalRole = (cluster: string): string => `kubeslice-renewal-${cluster}`;
/** ConfigMap on the hub, in the namespace of the controller, with the addresses at which members reach the hub and the authority of its server. */
export const hubAddressConfigMap = 'kubeslice-hub-address';

/**
 * ConfigMap on the hub, in the namespace of the project, with the farewells that a cluster signed when it left: `farewells`, as JSON. The next
 * cluster of this name publishes them.
 */
export const farewellsConfigMap = (cluster: string): string => `kubeslice-farewells-${cluster}`;

/** Secret of a member cluster with the key and certificate of its own CA. */
export const authoritySecret = 'kubeslice-ca';
/** Secret of a member cluster with its credential for the hub. */
export const hubSecret = 'kubeslice-hub';
/** ConfigMap of a member cluster with the pinned authorities of the others. */
export const trustConfigMap = 'kubeslice-trust';
/** ConfigMap of a member cluster with the clusters that its administrator ordered the agents to forget; no program may write it. */
export const forgottenConfigMap = 'kubeslice-forgotten';
/** ConfigMap of a member cluster with the consent of its administrator to the hub: further networks, and a list of namespaces. */
export const consentConfigMap = 'kubeslice-consent';
/** ConfigMap of a member cluster in which its worker reports its connection to the hub and to cluster DNS: `conditions`, as JSON. */
export const connectionConfigMap = 'kubeslice-connection';
/** Service of the DNS program in a member cluster. */
export const dnsService = 'kubeslice-dns';
/** Zone of exported services. */
export const sliceZone = 'slice.local';

/** Zone of exported services by the Multi-Cluster Services API (KEP-1645). */
export const clustersetZone = 'clusterset.local';

/** DNS name of an exported service. */
export const dnsNameOf = (name: string, namespace: string): string => `${name}.${namespace}.svc.${sliceZone}`;

/** User name of the worker in its own cluster, in Kubernetes' form for a service account. */
export const workerUser = `system:serviceaccount:${memberNamespace}:kubeslice-worker`;
/** Audience of the tokens with which the worker calls the agents; API servers refuse it. */
export const agentAudience = 'kubeslice-agent';
/** Folder of such a token in the worker's pod. */
export const agentTokenFolder = '/var/run/secrets/kubeslice.io/agent';
/** The file in {@link agentTokenFolder}. */
export const agentTokenPath = `${agentTokenFolder}/token`;
/** Audience of tokens that allow only to read the metrics of KubeSlice's programs. */
export const metricsAudience = 'kubeslice-metrics';
