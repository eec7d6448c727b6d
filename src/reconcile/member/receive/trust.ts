import { memberNamespace, trustConfigMap } from '../../../api/places.ts';
import { createRootReader, type RootReader } from '../../../identity/root-reader.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';

/** The pinned authorities of the other clusters: certificates in PEM by cluster name. */
export interface Trust {
  readonly rootOf: (cluster: string) => string | undefined;
  /** Reads the certificates of authorities, each once. */
  readonly readRoot: RootReader;
  /**
   * Stores an authority permanently in place of `before`; it is used only after it was stored. Does nothing when another one was pinned meanwhile: of
   * two new ones, the first counts.
   */
  readonly pin: (cluster: string, certificate: string, before: string | undefined, signal: AbortSignal) => Promise<void>;
}

/** Reads the pinned authorities. Only this worker writes them, so they are read once. */
export const openTrust = async (local: Client, signal: AbortSignal): Promise<Trust> => {
  const target = { namespace: memberNamespace, name: trustConfigMap };
  const found = await local.find(configMapKind, target, { signal });
  const roots = new Map(Object.entries(found?.data ?? {}));
  /** Several slices may meet a cluster at the same time; their pins are written one after another. */
  let writing: Promise<unknown> = Promise.resolve();
  return {
    rootOf: (cluster) => roots.get(cluster),
    readRoot: createRootReader(),
    pin: async (cluster, certificate, before, signal) => {
      const write = writing.then(async () => {
        if (roots.get(cluster) !== before) return;
        await local.mergePatch(configMapKind, target, { data: { [cluster]: certificate } }, { signal });
        roots.set(cluster, certificate);
      });
      // The next pin does not depend on the result of this one; its caller gets the error.
      writing = write.catch(() => undefined);
      await write;
    },
  };
};
