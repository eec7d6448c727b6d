/** How our zone is added to the configuration of a cluster's own DNS. The worker writes it, and an admission policy limits the worker to it. */

/** First line of the block in a Corefile. */
export const stubBegin = '# kubeslice: begin. KubeSlice keeps the lines up to its end; changes to them are lost.';
/** Last line of the block. */
export const stubEnd = '# kubeslice: end';

/** Where most distributions with CoreDNS store its configuration, the ConfigMap for additions in some of them, and its key. */
export const corednsConfigMap = { namespace: 'kube-system', main: 'coredns', custom: 'coredns-custom', key: 'Corefile' } as const;
/** Our key in the ConfigMap for additions. */
export const stubKey = 'kubeslice.server';

/**
 * Further ConfigMaps in the same namespace with a Corefile: that of RKE2, and that of the node-local cache, which answers instead of CoreDNS where it
 * runs.
 */
export const otherCorefiles = ['rke2-coredns-rke2-coredns', 'node-local-dns'] as const;

/** Where kube-dns stores its configuration (GKE): JSON with the servers of each zone. */
export const kubeDnsConfigMap = { namespace: 'kube-system', name: 'kube-dns', key: 'stubDomains' } as const;

/** Name of our entry in its list of servers. */
export const dnsOperatorServer = 'kubeslice';
