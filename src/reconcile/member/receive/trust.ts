import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../../api/places.ts';
import { maxRotations } from '../../../api/rotations.ts';
import { type AuthorityOrders, isRevokedCertificate, noOrders, readAuthorityOrders } from '../../../exchange/trust/authority-orders.ts';
import { maxOffers, offersKey, pinsIn, replacedIn, replacedKey } from '../../../exchange/trust/pin-data.ts';
import { fingerprintOf } from '../../../identity/fingerprint.ts';
import { createRootReader, type RootReader } from '../../../identity/root-reader.ts';
import type { Client } from '../../../kubernetes/client.ts';
import type { Events } from '../../../kubernetes/events.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { type AuditNote, pinNote, refusalNote } from '../../../plan/audit/trust-notes.ts';

/** The pinned authorities of the other clusters: certificates in PEM by cluster name. */
export interface Trust {
  readonly rootOf: (cluster: string) => string | undefined;
  /** What administrators of this cluster ordered about the authorities of another one. */
  readonly orders: (cluster: string) => AuthorityOrders;
  /** Reads the certificates of authorities, each once. */
  readonly readRoot: RootReader;
  /**
   * Stores an authority permanently in place of `before`; it is used only after it was stored. Does nothing when another one was pinned meanwhile: of
   * two new ones, the first counts.
   */
  readonly pin: (cluster: string, certificate: string, before: string | undefined, signal: AbortSignal) => Promise<void>;
  /**
   * Reports that another authority (PEM, of any content) than the pinned one of a cluster is presented, with the sentence of the refusal, and lists it
   * for `kubeslice trust accept`.
   */
  readonly refused: (why: string, cluster: string, offered: string | undefined) => void;
}

const unreadable = 'that cannot be read';

/** The fingerprint of a pinned certificate; a ConfigMap can contain any text. */
const fingerprintIn = (certificate: string): string => {
  try {
    return fingerprintOf(certificate);
  } catch {
    return unreadable;
  }
};

/**
 * Reads the pinned authorities, and the orders of administrators, which no program writes. Only this worker writes the pins, and a command that writes
 * an order restarts it, so both are read once. Each change is an Event on the ConfigMap of the pins.
 */
export const openTrust = async (local: Client, events: Pick<Events, 'emit'>, signal: AbortSignal): Promise<Trust> => {
  const target = { namespace: memberNamespace, name: trustConfigMap };
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', metadata: target };
  const report = (note: AuditNote): void => events.emit({ regarding, ...note });
  const [found, ordered] = await Promise.all([
    local.find(configMapKind, target, { signal }),
    local.find(configMapKind, { ...target, name: forgottenConfigMap }, { signal }),
  ]);
  const orders = readAuthorityOrders(ordered?.data);
  const ordersOf = (cluster: string): AuthorityOrders => orders.get(cluster) ?? noOrders;
  // A pin that was written while its revocation was ordered counts no more.
  const roots = new Map(
    Object.entries(pinsIn(found?.data)).filter(([cluster, certificate]) => !isRevokedCertificate(ordersOf(cluster), certificate)),
  );
  const offers = new Map<string, readonly string[]>();
  const replacedBefore = new Map<string, readonly string[]>();
  /** The authorities of before with another one; a revocation by fingerprint finds its key there. */
  const withReplaced = (cluster: string, certificate: string): readonly string[] =>
    [...(replacedBefore.get(cluster) ?? replacedIn(found?.data ?? {}, cluster)), certificate].slice(-maxRotations);
  /** Several slices may meet a cluster at the same time; their pins are written one after another. */
  let writing: Promise<unknown> = Promise.resolve();
  return {
    rootOf: (cluster) => roots.get(cluster),
    orders: ordersOf,
    readRoot: createRootReader(),
    pin: async (cluster, certificate, before, signal) => {
      const write = writing.then(async () => {
        if (roots.get(cluster) !== before) return;
        const replaced = before === undefined ? undefined : withReplaced(cluster, before);
        const listed = replaced === undefined ? {} : { [replacedKey(cluster)]: replaced.join('') };
        const data = { [cluster]: certificate, [offersKey(cluster)]: null, ...listed };
        await local.mergePatch(configMapKind, target, { data }, { signal });
        if (replaced !== undefined) replacedBefore.set(cluster, replaced);
        offers.delete(cluster);
        roots.set(cluster, certificate);
        report(pinNote(cluster, fingerprintIn(certificate), before === undefined ? undefined : fingerprintIn(before)));
      });
      // The next pin does not depend on the result of this one; its caller gets the error.
      writing = write.catch(() => undefined);
      await write;
    },
    refused: (why, cluster, offered) => {
      report(refusalNote(why));
      const before = offers.get(cluster) ?? [];
      if (offered === undefined || before.includes(offered) || fingerprintIn(offered) === unreadable) return;
      const list = [...before, offered].slice(-maxOffers);
      offers.set(cluster, list);
      const write = writing.then(() =>
        local.mergePatch(configMapKind, target, { data: { [offersKey(cluster)]: list.join('') } }, { signal }),
      );
      // The caller waits for nothing. It is presented again, and listed then, whatever the error was.
      writing = write.catch(() => {
        if (offers.get(cluster) === list) offers.set(cluster, before);
      });
    },
  };
};
