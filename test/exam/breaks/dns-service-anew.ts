import type { Break } from '../break.ts';

/** The Service of the DNS servers, deleted and made again with another address. */
export const dnsServiceAnew: Break = {
  name: 'DNS Service made anew',
  make: async (world) => {
    const { apiVersion, kind, metadata, spec } = await world.get('west', 'service', 'kubeslice-dns', 'kubeslice-system');
    const { clusterIP: _, clusterIPs: __, ...rest } = spec ?? {};
    await world.kubectl('west', ['--namespace', 'kubeslice-system', 'delete', 'service', 'kubeslice-dns']);
    await world.apply('west', {
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: metadata.namespace, labels: metadata.labels },
      spec: rest,
    });
  },
  isBroken: async (world) => {
    const { spec } = await world.get('west', 'service', 'kubeslice-dns', 'kubeslice-system');
    return !JSON.stringify(await world.get('west', 'configmap', 'coredns', 'kube-system')).includes(String(spec?.clusterIP));
  },
  undo: async () => undefined,
};
