import type { ServiceExport, ServiceExportStatus } from '../../../api/serviceexport/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import { shardsOf } from '../../../exchange/ledger/export-shards.ts';
import { clusterOf, statementOf, statementsAbout } from '../../../exchange/ledger/ledger.ts';
import { type EndpointsBody, type ExportBody, exportOfShard, shardSubject } from '../../../exchange/statement/export.ts';
import type { Pod } from '../../../kubernetes/kinds.ts';
import type { Change } from '../../../kubernetes/mirror.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { watching } from '../../../loop/watching.ts';
import { tenantRoom } from '../../../plan/board/tenant-room.ts';
import { type Attachment, attachmentOf } from '../../../plan/exports/attachment.ts';
import { type ExportSnapshot, planExport, unstatedExport } from '../../../plan/exports/exports.ts';
import { type ExportSource, selectorOf } from '../../../plan/exports/pods/export-pods.ts';
import { SelectedPods } from '../../../plan/exports/pods/selected-pods.ts';
import { Failure } from '../../../values/failure.ts';
import { objectKey, parseObjectKey } from '../../../values/object-key.ts';
import type { ListenerWatch } from '../services/listener-watch.ts';
import { ownSubjects, type Session } from '../session/session.ts';
import { writeExportStatus } from './export-status.ts';
import { renewalEveryMs } from './publish.ts';
import type { Tenants } from './tenants.ts';

/** UIDs of the pods whose attachment may differ between two states of a node. */
const movedPods = ({ type, object, previous }: Change<SliceNode>): string[] => {
  const before = (type === 'deleted' ? object : previous)?.status?.pods ?? {};
  const after = type === 'deleted' ? {} : (object.status?.pods ?? {});
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  // With other blocks, other addresses count.
  if (object.metadata.generation !== previous?.metadata.generation) return all;
  return all.filter((uid) => before[uid]?.address !== after[uid]?.address);
};

/**
 * Publishes the exports of this cluster, and shows in their status what is offered. Two controllers, because the next change of a service must not
 * wait for the write of the previous status. The key is namespace/name. Neither the statement nor the status waits for the hub.
 */
export const exportNotices = (session: Session, tenants: Tenants, listeners: ListenerWatch) => {
  const { local, slice, hub, outbox } = session;
  const selected = new SelectedPods();
  const keyOf = ({ metadata }: ServiceExport): string => objectKey(metadata);
  const all = (): string[] => local.exports.byIndex('slice', slice).map(keyOf);
  const serviceOf = (exported: ServiceExport) => session.services(exported.metadata.namespace ?? '')?.get(keyOf(exported));

  /** An export of the slice that is not being deleted. */
  const ownExport = (key: string): ServiceExport | undefined => {
    const exported = local.exports.get(key);
    return exported?.spec.slice === slice && exported.metadata.deletionTimestamp === undefined ? exported : undefined;
  };
  const sourceOf = (exported: ServiceExport): ExportSource => ({
    exported,
    service: serviceOf(exported),
    pods: selected.podsOf(keyOf(exported)),
  });
  /** Updates what an export selects. */
  const select = (key: string): string[] => {
    const exported = ownExport(key);
    selected.setExport(key, exported === undefined ? undefined : selectorOf({ exported, service: serviceOf(exported) }));
    return [key];
  };

  const attachment = (pod: Pod): Attachment | undefined => {
    const uid = pod.metadata.uid ?? '';
    const saying = local.sliceNodes.byIndex('pod', uid).filter(({ spec }) => spec.slice === slice);
    return attachmentOf(pod, saying.length > 0 ? saying : session.vanished.withPod(uid));
  };

  const roomOf = (key: string): NonNullable<ExportSnapshot['room']> => {
    const { namespace = '' } = parseObjectKey(key);
    const room = tenantRoom(tenants.use(session.grant.namespaces.length), namespace);
    return { ...room, own: tenants.ofExport(key), withdrawn: tenants.withdrawn(namespace) };
  };

  const publishedIn = (key: string): Map<string, number> => {
    const ledger = session.ledger();
    const head = statementOf(ledger, 'Export', hub.cluster, key)?.body.endpoints ?? [];
    const shards = shardsOf(ledger, hub.cluster, key).flatMap(({ body }) => body.endpoints.map(({ pod }) => [pod, body.shard] as const));
    return new Map([...head.map(({ pod }) => [pod, 0] as const), ...shards]);
  };

  const state = (key: string, body: ExportBody | undefined, shards: readonly EndpointsBody[]): void => {
    outbox.set('Export', key, body);
    const subjects = new Set(shards.map(shardSubject));
    for (const shard of shards) outbox.set('Endpoints', shardSubject(shard), shard);
    for (const { subject } of shardsOf(session.ledger(), hub.cluster, key))
      if (!subjects.has(subject)) outbox.set('Endpoints', subject, undefined);
  };

  /** The desired status of each export. */
  const decided = new Map<string, ServiceExportStatus>();
  const { emit, subscribe } = createEmitter<string>(() => decided.keys());

  const stating = {
    name: 'export-notice',
    held: () => [
      ...all(),
      ...clusterOf(session.ledger(), hub.cluster).entries.Export.keys(),
      ...[...clusterOf(session.ledger(), hub.cluster).entries.Endpoints.keys()].map(exportOfShard),
    ],
    resync: { everyMs: renewalEveryMs, keys: all },
    watches: [
      ownSubjects(session, 'Export'),
      ownSubjects(session, 'Endpoints', exportOfShard),
      watching(listeners, (key) => [key]),
      watching(session.grantChanges, () => {
        selected.keepNamespaces(new Set(session.grant.namespaces));
        return all();
      }),
      // Exports of others under the name decide whether the exports of the name conflict.
      watching(session.statements, ({ kind, cluster, subject }) =>
        kind === 'Export' && cluster !== hub.cluster && local.exports.get(subject)?.spec.slice === slice ? [subject] : [],
      ),
      watching(session.podChanges, ({ type, key, object }) => (type === 'deleted' ? selected.deletePod(key) : selected.setPod(object))),
      watching(local.exports, ({ key, object, previous }) =>
        object.spec.slice !== slice && previous?.spec.slice !== slice ? [] : select(key),
      ),
      watching(session.serviceChanges, ({ key }) => (local.exports.get(key)?.spec.slice === slice ? select(key) : [])),
      watching(local.sliceNodes, (change) =>
        change.object.spec.slice === slice ? movedPods(change).flatMap((uid) => [...selected.exportsOf(uid)]) : [],
      ),
    ],
    reconcile: async (key: string): Promise<void> => {
      const exported = ownExport(key);
      if (exported === undefined) {
        decided.delete(key);
        state(key, undefined, []);
        return;
      }
      const seen: ExportSnapshot = {
        ...sourceOf(exported),
        cluster: hub.cluster,
        namespaces: session.grant.namespaces,
        attachment,
        portState: listeners.portState,
        published: publishedIn(key),
        room: roomOf(key),
        names: { services: () => (session.services(exported.metadata.namespace ?? '')?.list() ?? []).map(({ metadata }) => metadata.name) },
        lastPorts: statementOf(session.ledger(), 'Export', hub.cluster, key)?.body.ports,
        sameName: statementsAbout(session.ledger(), 'Export', key).filter(({ cluster }) => cluster !== hub.cluster),
        since: (cluster) => clusterOf(session.ledger(), cluster).since,
      };
      const decision = planExport(seen, session.clock.now());
      let { status } = decision;
      try {
        state(key, decision.body, decision.shards);
      } catch (error) {
        if (!Failure.is(error, 'InvalidInput')) throw error;
        // The previous statement no longer holds. Only the owner can correct it, who reads the status and not this log.
        state(key, undefined, []);
        status = unstatedExport(seen, status, error.message, session.clock.now());
      }
      decided.set(key, status);
      emit(key);
    },
  };
  const showing = {
    name: 'export-status',
    watches: [watching({ subscribe }, (key) => [key])],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const [exported, status] = [ownExport(key), decided.get(key)];
      if (exported === undefined) decided.delete(key);
      else if (status !== undefined)
        await writeExportStatus(local.client, exported, status, Math.floor(session.clock.now() / 1000), signal);
    },
  };
  return [stating, showing] as const;
};
