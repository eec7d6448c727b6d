import { importedServiceOf, isHeldImport } from '../../../api/imported-service.ts';
import { sliceLabel } from '../../../api/labels.ts';
import { type Offer, offersOf } from '../../../exchange/judgement/offer.ts';
import { clusterOf, statementsBy } from '../../../exchange/ledger/ledger.ts';
import { type ExportEndpoint, exportOfShard } from '../../../exchange/statement/export.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { type EndpointSlice, endpointSliceKind } from '../../../kubernetes/kinds.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { importedEndpointSlices } from '../../../plan/exports/imports.ts';
import { offersOfName } from '../../../plan/exports/offer-conflict.ts';
import { Failure } from '../../../values/failure.ts';
import { objectKey } from '../../../values/object-key.ts';
import { fieldManager, serviceIndex } from '../cluster/local-world.ts';
import { comesOrGoes, isThere } from '../cluster/namespace-presence.ts';
import type { Refusals } from '../receive/refusals.ts';
import { isUnknown, type Session } from '../session/session.ts';
import { createHeldServices } from './held-services.ts';
import { createPaths, type Paths } from './paths.ts';
import type { AddressesOfSlice } from './service-addresses.ts';

/** Key of one cluster's offer under one name: `<cluster>/<namespace>/<name>`. */
const keyOf = (cluster: string, subject: string): string => `${cluster}/${subject}`;

/**
 * Mirrors the offers of the slice's clusters into EndpointSlices, from which DNS answers. The key is cluster/namespace/name: an offer that cannot be
 * mirrored affects its own cluster only, and the clusters take turns.
 */
export const importedSlices = (session: Session, refusals: Refusals, addresses: AddressesOfSlice) => {
  const { local, slice, statements } = session;
  const paths = createPaths({ slice, sliceNodes: local.sliceNodes, clock: session.clock });
  /** Keys of offers that wait until the nodes here confirm their paths. */
  const waiting = new Set<string>();
  const held = createHeldServices(session.clock);
  const standing = (): EndpointSlice[] => [...local.endpointSlices.byIndex('slice', slice)];
  const keysOf = ({ metadata }: EndpointSlice): string[] => {
    const imported = importedServiceOf(metadata);
    return imported === undefined ? [] : [keyOf(imported.cluster, `${imported.namespace}/${imported.service}`)];
  };
  const exportsBy = (cluster: string): string[] =>
    statementsBy(session.ledger(), 'Export', cluster).map(({ subject }) => keyOf(cluster, subject));
  /** All clusters that offer a name: another one of them may have the oldest export now. */
  const withSameName = (cluster: string, subject: string): string[] => [
    keyOf(cluster, subject),
    ...offersOf(session.ledger(), subject).map((offer) => keyOf(offer.cluster, subject)),
  ];

  return {
    name: 'imported-slice',
    laneOf: (key: string) => key.slice(0, key.indexOf('/')),
    held: () => standing().flatMap(keysOf),
    watches: [
      watching(statements, ({ kind, subject, cluster }) => {
        if (kind === 'Export') return withSameName(cluster, subject);
        if (kind === 'Endpoints') return [keyOf(cluster, exportOfShard(subject))];
        // An endpoint counts only on a node whose statement is in force.
        return kind === 'Node' ? session.exportsOnNode(cluster, subject).map((one) => keyOf(cluster, one)) : [];
      }),
      // An endpoint is answered once the nodes here have a path to it.
      watching(local.slicePeers, (change) => {
        paths.peerChanged(change);
        const { slice: of, cluster, node } = change.object.spec;
        return of === slice ? session.exportsOnNode(cluster, node).map((one) => keyOf(cluster, one)) : [];
      }),
      watching(local.sliceNodes, (change) => {
        paths.nodeChanged(change);
        const { object, previous } = change;
        return object.spec.slice === slice && object.status?.peersVersion !== previous?.status?.peersVersion ? waiting : [];
      }),
      watching(addresses, (subject) => offersOf(session.ledger(), subject).map(({ cluster }) => keyOf(cluster, subject))),
      // A changed label also concerns the service that it named before.
      watching(local.endpointSlices, ({ object, previous }) =>
        [object, previous].flatMap((one) => (one?.metadata.labels?.[sliceLabel] === slice ? keysOf(one) : [])),
      ),
      // Imported objects move into the namespace when it is created, and out before it is deleted.
      watching(local.namespaces, (change) =>
        !change.initial && comesOrGoes(change)
          ? [...session.ledger().clusters.keys()].flatMap(exportsBy).filter((key) => key.split('/')[1] === change.object.metadata.name)
          : [],
      ),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const [cluster = '', namespace = '', name = ''] = key.split('/');
      const subject = `${namespace}/${name}`;
      const ledger = session.ledger();
      const { used } = offersOfName(offersOf(ledger, subject), (other) => clusterOf(ledger, other).since);
      const offer = used.find((one) => one.cluster === cluster);
      const seen = local.endpointSlices
        .byIndex('service', serviceIndex(slice, namespace, name))
        .filter(({ metadata }) => importedServiceOf(metadata)?.cluster === cluster);
      if (offer === undefined && isUnknown(session, { kind: 'Export', cluster, subject })) return undefined;
      const inUse = seen.filter(({ metadata }) => !isHeldImport(metadata));
      const answered = new Set(inUse.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)));
      const { reached, until } = reachedOf(offer, answered, paths);
      if (until === undefined) waiting.delete(key);
      else waiting.add(key);
      const hasNamespace = isThere(local.namespaces.get(namespace));
      const address = used.length === 0 ? undefined : addresses.of(subject, used[0]?.body);
      const isHeld = held.isHeld(key, inUse, reached);
      const shown = isHeld ? offer : reached;
      const ip = address !== undefined && 'ip' in address ? address.ip : undefined;
      const desired = new Map(
        (shown === undefined ? [] : importedEndpointSlices(slice, shown, hasNamespace, ip, isHeld)).map((one) => [
          objectKey(one.metadata),
          one,
        ]),
      );
      const refused: string[] = [];
      const failed: unknown[] = [];
      for (const [sliceKey, one] of desired) {
        const before = local.endpointSlices.get(sliceKey);
        try {
          await applyObject(local.client, endpointSliceKind, one, {
            fieldManager,
            signal,
            ...(before === undefined ? {} : { seen: before }),
          });
        } catch (error) {
          // A failed write of one part must not delay the others.
          if (Failure.from(error).retry === 'terminal') refused.push(Failure.from(error).message);
          else failed.push(error);
        }
      }
      for (const one of seen)
        if (!desired.has(objectKey(one.metadata))) await remove(local.client, endpointSliceKind, one.metadata, signal);
      refusals.set(`import.${key}`, refusalOf(cluster, subject, refused, offer?.strays.length ?? 0), cluster);
      if (failed.length > 0) throw failed[0];
      const again = Math.min(until ?? Infinity, isHeld ? held.until(key) : Infinity);
      return again === Infinity ? undefined : { againMs: Math.max(1, again - session.clock.monotonic()) };
    },
  };
};

/**
 * The offer with only those endpoints to which every node here has a path, or which are answered already: an existing path stays. `until` is when to
 * check the omitted ones again.
 */
const reachedOf = (
  offer: Offer | undefined,
  answered: ReadonlySet<string>,
  paths: Paths,
): { readonly reached: Offer | undefined; readonly until: number | undefined } => {
  if (offer === undefined) return { reached: undefined, until: undefined };
  let until: number | undefined;
  const isReached = ({ node, addresses }: ExportEndpoint): boolean =>
    addresses.every((address) => {
      const held = answered.has(address) ? undefined : paths.heldUntil(offer.cluster, node, address);
      if (held !== undefined) until = Math.min(until ?? Infinity, held);
      return held === undefined;
    });
  const parts = offer.parts.map((part) => ({ ...part, endpoints: part.endpoints.filter(isReached) }));
  return { reached: { ...offer, parts }, until };
};

/** Why parts of an offer are not used; undefined when all are. */
const refusalOf = (cluster: string, subject: string, refused: readonly string[], strays: number): string | undefined => {
  const what = `The export "${subject}" of cluster "${cluster}"`;
  if (refused[0] !== undefined) return `${what} cannot be mirrored here: ${refused[0]}`;
  return strays === 0
    ? undefined
    : `${what} has ${strays} endpoints that are not on a node of that cluster with an address of that node; they are not used.`;
};
