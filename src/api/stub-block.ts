/*
 * How the block is marked that the worker keeps in a cluster's CoreDNS configuration. The worker writes it, and an admission policy holds the worker
 * to it.
 */

/** First line of the block. */
export const stubBegin = '# kubeslice: begin. KubeSlice keeps the lines up to its end; changes to them are lost.';
/** Last line of the block. */
export const stubEnd = '# kubeslice: end';

/** Where every distribution with CoreDNS keeps its configuration, and the key in it. */
export const corednsConfigMap = { namespace: 'kube-system', main: 'coredns', custom: 'coredns-custom', key: 'Corefile' } as const;
/** Our key in the ConfigMap for additions. */
export const stubKey = 'kubeslice.server';
