import { importedServiceOf } from '../../../api/imported-service.ts';
import { serviceImportKind } from '../../../api/kinds.ts';
import { sliceLabel } from '../../../api/labels.ts';
import type { ServiceImport } from '../../../api/serviceimport/type.ts';
import { offersOf } from '../../../exchange/judgement/offer.ts';
import { clusterOf, statementsBy } from '../../../exchange/ledger/ledger.ts';
import { exportOfShard } from '../../../exchange/statement/export.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import type { EndpointSlice } from '../../../kubernetes/kinds.ts';
import { remove } from '../../../kubernetes/remove.ts';
import type { Again } from '../../../loop/controller.ts';
import { watching } from '../../../loop/watching.ts';
import { planImport } from '../../../plan/exports/imports.ts';
import { offersOfName } from '../../../plan/exports/offer-conflict.ts';
import { objectKey, parseObjectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { fieldManager, serviceIndex } from '../cluster/local-world.ts';
import { comesOrGoes, isThere } from '../cluster/namespace-presence.ts';
import { createWithheld } from '../peers/withheld.ts';
import type { AuthorTurns } from '../receive/author-turns.ts';
import { isUnknown, type Session } from '../session/session.ts';
import type { AddressesOfSlice } from './service-addresses.ts';

/**
 * The services of the slice for people, one ServiceImport for each name. The key is namespace/name. DNS answers from EndpointSlices
 * (`imported-slices.ts`), so nothing waits for these objects: a status is written at a rate for the clusters that offer the service.
 */
export const importedServices = (session: Session, addresses: AddressesOfSlice, authors: AuthorTurns) => {
  const { local, slice, statements } = session;
  const withheld = createWithheld(session);
  const exportsBy = (cluster: string): string[] => statementsBy(session.ledger(), 'Export', cluster).map(({ subject }) => subject);

  /** Whether objects of an earlier run exist for the name, about which nothing is known yet. */
  const isKept = (key: string, seen: readonly EndpointSlice[]): boolean =>
    seen.some(({ metadata }) => {
      const imported = importedServiceOf(metadata);
      return imported !== undefined && isUnknown(session, { kind: 'Export', cluster: imported.cluster, subject: key });
    });

  return {
    name: 'import',
    // A cluster whose exports change all the time delays its own namespaces only.
    laneOf: (key: string) => key.slice(0, key.indexOf('/')),
    held: () => local.imports.byIndex('slice', slice).map((one) => objectKey(one.metadata)),
    watches: [
      watching(statements, ({ kind, subject, cluster }) => {
        if (kind === 'Export') return [subject];
        if (kind === 'Endpoints') return [exportOfShard(subject)];
        return kind === 'Node' ? session.exportsOnNode(cluster, subject) : [];
      }),
      watching(local.imports, (change) => (change.object.metadata.labels?.[sliceLabel] === slice ? [change.key] : [])),
      watching(withheld, exportsBy),
      watching(addresses, (key) => [key]),
      watching(local.namespaces, (change) =>
        !change.initial && comesOrGoes(change)
          ? [...session.ledger().clusters.keys()].flatMap(exportsBy).filter((key) => key.startsWith(`${change.object.metadata.name}/`))
          : [],
      ),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<Again | undefined> => {
      const { namespace = '', name } = parseObjectKey(key);
      const ledger = session.ledger();
      const offers = offersOfName(offersOf(ledger, key), (cluster) => clusterOf(ledger, cluster).since);
      const importSeen = local.imports.get(key);
      const ownImport = importSeen?.metadata.labels?.[sliceLabel] === slice ? importSeen : undefined;
      if (offers.used.length === 0) {
        const standing = local.endpointSlices.byIndex('service', serviceIndex(slice, namespace, name));
        if (isKept(key, standing)) return undefined;
        addresses.release(key);
        if (ownImport !== undefined) await remove(local.client, serviceImportKind, ownImport.metadata, signal);
        return undefined;
      }
      const address = addresses.of(key, offers.used[0]?.body);
      if (!isThere(local.namespaces.get(namespace)) || (importSeen !== undefined && ownImport === undefined)) return undefined;
      const plan = planImport(
        { slice, namespace, name, offers, seen: ownImport, withheld: withheld.nodes(), address },
        session.clock.now(),
      );
      await applyObject(local.client, serviceImportKind, plan.desired as ServiceImport, {
        fieldManager,
        signal,
        ...(ownImport === undefined ? {} : { seen: ownImport }),
      });
      const { updatedOn: _, ...before } = ownImport?.status ?? {};
      const turns = authors.of(offers.used.map(({ cluster }) => cluster).join());
      if (canonicalJson(before) === canonicalJson(plan.status)) {
        turns.forget(key);
        return undefined;
      }
      const waitMs = turns.take(key, session.clock.monotonic());
      if (waitMs > 0) return { againMs: Math.ceil(waitMs) };
      // A merge patch keeps fields that it does not name: the address of a service that is headless now would stay.
      const gone = Object.fromEntries(Object.keys(before).map((field) => [field, null]));
      const status = { ...gone, ...plan.status, updatedOn: Math.floor(session.clock.now() / 1000) };
      await local.client.mergePatch(serviceImportKind, { namespace, name }, { status }, { signal, subresource: 'status' });
      return undefined;
    },
  };
};
