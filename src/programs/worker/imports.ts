import { importedServiceOf } from '../../api/imported-service.ts';
import { serviceImportKind } from '../../api/kinds.ts';
import { sliceLabel, sourceClusterLabel } from '../../api/labels.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { type EndpointSlice, endpointSliceKind, type Namespace } from '../../kubernetes/kinds.ts';
import type { Change } from '../../kubernetes/mirror.ts';
import { remove } from '../../kubernetes/remove.ts';
import { watching } from '../../loop/watching.ts';
import { importedEndpointSlices, type Offer, planImport } from '../../plan/worker/imports.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import { objectKey, parseObjectKey } from '../../values/object-key.ts';
import { fieldManager, serviceIndex } from './local-world.ts';
import { hangs, type Session, takenDown } from './session.ts';
import { createWithheld } from './withheld.ts';

const isThere = (namespace: Namespace | undefined): boolean =>
  namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;

/** A namespace goes when its deletion begins, or at once where that was not seen. */
const comesOrGoes = ({ type, object, previous }: Change<Namespace>): boolean =>
  type === 'deleted' ? isThere(object) : isThere(object) !== isThere(previous);

/** The key, or none, under which an imported EndpointSlice is looked after. */
const importKeysOf = ({ metadata }: EndpointSlice): string[] => {
  const imported = importedServiceOf(metadata);
  return imported === undefined ? [] : [`${imported.namespace}/${imported.service}`];
};

/**
 * Mirrors the services of the slice into this cluster. The key is namespace/name.
 *
 * EndpointSlices first, since names are answered from them; the ServiceImport, which people read, follows.
 */
export const imports = (session: Session) => {
  const { local, grant, statements } = session;

  const offersOf = (key: string): Offer[] =>
    statements
      .about('Export', key)
      .map((statement) => ({ cluster: statement.cluster, serial: statement.serial, issuedAt: statement.issuedAt, body: statement.body }));

  const withheld = createWithheld(session);

  return {
    name: 'import',
    held: () => [
      ...local.imports.byIndex('slice', grant.slice).map((one) => objectKey(one.metadata)),
      ...local.endpointSlices.byIndex('slice', grant.slice).flatMap(importKeysOf),
    ],
    watches: [
      watching(statements, (change) => (change.kind === 'Export' ? [change.subject] : [])),
      takenDown(session, 'Export', ({ subject }) => subject),
      watching(local.imports, (change) => (change.object.metadata.labels?.[sliceLabel] === grant.slice ? [change.key] : [])),
      // A label that somebody changed concerns what it said before, too.
      watching(local.endpointSlices, ({ object, previous }) =>
        [object, previous].flatMap((one) => (one?.metadata.labels?.[sliceLabel] === grant.slice ? importKeysOf(one) : [])),
      ),
      watching(withheld, (cluster) => statements.by('Export', cluster).map(({ subject }) => subject)),
      // What is offered moves into its namespace when that comes, and out before it goes.
      watching(local.namespaces, (change) =>
        !change.initial && comesOrGoes(change)
          ? [...statements.clusters('Export')].flatMap((cluster) =>
              statements
                .by('Export', cluster)
                .flatMap((statement) => (statement.body.namespace === change.object.metadata.name ? [statement.subject] : [])),
            )
          : [],
      ),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const { namespace = '', name } = parseObjectKey(key);
      const offers = offersOf(key);
      const slicesSeen = local.endpointSlices.byIndex('service', serviceIndex(grant.slice, namespace, name));
      const importSeen = local.imports.get(key);
      const ownImport = importSeen?.metadata.labels?.[sliceLabel] === grant.slice ? importSeen : undefined;
      if (!session.settled() && offers.length === 0) return;
      const hasNamespace = isThere(local.namespaces.get(namespace));

      const desired = new Map(
        offers
          .flatMap((offer) => importedEndpointSlices(grant.slice, offer, hasNamespace))
          .map((slice) => [objectKey(slice.metadata), slice]),
      );
      for (const [sliceKey, slice] of desired) {
        const seen = local.endpointSlices.get(sliceKey);
        await applyObject(local.client, endpointSliceKind, slice, { fieldManager, signal, ...(seen === undefined ? {} : { seen }) });
      }
      const heard = new Set(offers.map(({ cluster }) => cluster));
      /** From an earlier run, and this one has not got to its notice, or refuses it. */
      const isKept = ({ metadata }: EndpointSlice): boolean => {
        const cluster = metadata.labels?.[sourceClusterLabel] ?? '';
        return !heard.has(cluster) && (!session.settled() || hangs(session, 'Export', cluster, key));
      };
      const surplus = slicesSeen.filter((slice) => !desired.has(objectKey(slice.metadata)) && !isKept(slice));
      for (const slice of surplus) await remove(local.client, endpointSliceKind, slice.metadata, signal);

      if (offers.length === 0) {
        if (ownImport !== undefined && !slicesSeen.some(isKept)) await remove(local.client, serviceImportKind, ownImport.metadata, signal);
        return;
      }
      if (!hasNamespace || (importSeen !== undefined && ownImport === undefined)) return;
      const plan = planImport(
        { slice: grant.slice, namespace, name, offers, seen: ownImport, withheld: withheld.nodes() },
        session.clock.now(),
      );
      await applyObject(local.client, serviceImportKind, plan.desired as ServiceImport, {
        fieldManager,
        signal,
        ...(ownImport === undefined ? {} : { seen: ownImport }),
      });
      const { updatedOn: _, ...before } = ownImport?.status ?? {};
      if (canonicalJson(before) === canonicalJson(plan.status)) return;
      const status = { ...plan.status, updatedOn: Math.floor(session.clock.now() / 1000) };
      await local.client.mergePatch(serviceImportKind, { namespace, name }, { status }, { signal, subresource: 'status' });
    },
  };
};
