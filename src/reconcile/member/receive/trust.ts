import { memberNamespace, trustConfigMap } from '../../../api/places.ts';
import { fingerprintOf } from '../../../identity/fingerprint.ts';
import { createRootReader, type RootReader } from '../../../identity/root-reader.ts';
import type { Client } from '../../../kubernetes/client.ts';
import type { Events } from '../../../kubernetes/events.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { type AuditNote, pinNote, refusalNote } from '../../../plan/audit/trust-notes.ts';

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
  /** Reports that another authority than the pinned one of a cluster is presented, with the sentence of the refusal. */
  readonly refused: (why: string) => void;
}

/** The fingerprint of a pinned certificate; a ConfigMap can contain any text. */
const fingerprintIn = (certificate: string): string => {
  try {
    return fingerprintOf(certificate);
  } catch {
    return 'that cannot be read';
  }
};

/** Reads the pinned authorities. Only this worker writes them, so they are read once. Each change is an Event on their ConfigMap. */
export const openTrust = async (local: Client, events: Pick<Events, 'emit'>, signal: AbortSignal): Promise<Trust> => {
  const target = { namespace: memberNamespace, name: trustConfigMap };
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', metadata: target };
  const report = (note: AuditNote): void => events.emit({ regarding, ...note });
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
        report(pinNote(cluster, fingerprintIn(certificate), before === undefined ? undefined : fingerprintIn(before)));
      });
      // The next pin does not depend on the result of this one; its caller gets the error.
      writing = write.catch(() => undefined);
      await write;
    },
    refused: (why) => report(refusalNote(why)),
  };
};
