/*
 * How our zone is written into the configuration of a cluster's own DNS. The worker writes it, and an admission policy holds the worker to it.
 */

/** First line of the block in a Corefile. */
export const stubBegin = '# kubeslice: begin. KubeSlice keeps the lines up to its end; changes to them are lost.';
/** Last line of the block. */
export const stubEnd = '# kubeslice: end';

/** Where most distributions with CoreDNS keep its configuration, the ConfigMap for additions that some leave to others, and the key in it. */
export const corednsConfigMap = { namespace: 'kube-system', main: 'coredns', custom: 'coredns-custom', key: 'Corefile' } as const;
/** Our key in the ConfigMap for additions. */
export const stubKey = 'kubeslice.server';

/**
 * Further ConfigMaps of the same namespace with a Corefile: that of RKE2, and that of the cache on each node, which answers in the place of CoreDNS where
 * it runs.
 */
export const otherCorefiles = ['rke2-coredns-rke2-coredns', 'node-local-dns'] as const;

/** Where kube-dns has its configuration (GKE): JSON with the servers of each zone. */
export const kubeDnsConfigMap = { namespace: 'kube-system', name: 'kube-dns', key: 'stubDomains' } as const;

/** Name of our entry in its list of servers. */
export const dnsOperatorServer = 'kubeslice';
