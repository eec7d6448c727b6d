import { memberNamespace, trustConfigMap } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';

/** The pinned roots of the other clusters: certificates in PEM by cluster name. */
export interface Trust {
  rootOf(cluster: string): string | undefined;
  /** Writes a root down for good; it is used only after it was written. */
  pin(cluster: string, certificate: string, signal: AbortSignal): Promise<void>;
}

/** Reads the pinned roots. Nobody but this worker writes them, so they are read once. */
export const openTrust = async (local: Client, signal: AbortSignal): Promise<Trust> => {
  const target = { namespace: memberNamespace, name: trustConfigMap };
  const found = await local.find(configMapKind, target, { signal });
  const roots = new Map(Object.entries(found?.data ?? {}));
  return {
    rootOf: (cluster) => roots.get(cluster),
    pin: async (cluster, certificate, signal) => {
      await local.mergePatch(configMapKind, target, { data: { [cluster]: certificate } }, { signal });
      roots.set(cluster, certificate);
    },
  };
};
