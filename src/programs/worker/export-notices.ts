import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../kubernetes/kinds.ts';
import type { Change } from '../../kubernetes/mirror.ts';
import { watching } from '../../loop/watching.ts';
import { type Attachment, attachmentOf } from '../../plan/worker/attachment.ts';
import { type ExportSnapshot, planExport, unstatedExport } from '../../plan/worker/exports.ts';
import { compareAge } from '../../plan/worker/port-conflict.ts';
import { Failure } from '../../values/failure.ts';
import { objectKey } from '../../values/object-key.ts';
import { writeExportStatus } from './export-status.ts';
import type { LeftOut } from './left-out.ts';
import { type Publisher, renewalEveryMs } from './publish.ts';
import { ownSubjects, type Session } from './session.ts';

/** Namespaces whose attached pods differ between two states of a node. */
const touchedNamespaces = (change: Change<SliceNode>): Set<string> => {
  const before = change.previous?.status?.pods ?? {};
  const after = change.type === 'deleted' ? {} : (change.object.status?.pods ?? {});
  const touched = new Set<string>();
  for (const uid of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[uid]?.address !== after[uid]?.address) touched.add((after[uid] ?? before[uid])?.namespace ?? '');
  }
  return touched;
};

/** Offers the exports of this cluster to the slice. The key is namespace/name; the notice goes out before the status is written. */
export const exportNotices = (session: Session, publisher: Publisher, leftOut: LeftOut) => {
  const { local, grant } = session;
  const exportsIn = (namespace: string | undefined): readonly ServiceExport[] =>
    local.exports.byIndex('place', `${grant.slice}/${namespace}`);
  const keyOf = ({ metadata }: ServiceExport): string => objectKey(metadata);
  const exportsOf = (namespace: string | undefined): string[] => exportsIn(namespace).map(keyOf);
  /** An export and those that may have to give way to it. */
  const withYounger = (exported: ServiceExport): string[] => [
    keyOf(exported),
    ...exportsIn(exported.metadata.namespace)
      .filter((other) => compareAge(exported, other) < 0)
      .map(keyOf),
  ];
  const serviceOf = (exported: ServiceExport) => session.services.get(exported.metadata.namespace ?? '')?.get(keyOf(exported));

  const attachment = (pod: Pod): Attachment | undefined => {
    const saying = local.sliceNodes.byIndex('pod', pod.metadata.uid ?? '');
    return attachmentOf(
      pod,
      saying.filter(({ spec }) => spec.slice === grant.slice),
    );
  };

  return {
    name: 'export-notice',
    resync: {
      everyMs: renewalEveryMs,
      keys: () => local.exports.byIndex('slice', grant.slice).map(keyOf),
    },
    watches: [
      ownSubjects(session, 'Export'),
      watching(leftOut, (key) => [key]),
      watching(local.exports, ({ key, object, previous, initial }) => {
        if (object.spec.slice !== grant.slice && previous?.spec.slice !== grant.slice) return [];
        // At the start all are looked at anyway, and a status decides nothing.
        return initial || object.metadata.generation === previous?.metadata.generation ? [key] : withYounger(object);
      }),
      watching(local.sliceNodes, (change) =>
        change.object.spec.slice === grant.slice ? [...touchedNamespaces(change)].flatMap(exportsOf) : [],
      ),
      ...[...session.services.values()].map((services) =>
        watching(services, ({ key }) => {
          const exported = local.exports.get(key);
          return exported?.spec.slice === grant.slice ? withYounger(exported) : [];
        }),
      ),
      ...[...session.pods.values()].map((pods) => watching(pods, (change) => exportsOf(change.object.metadata.namespace))),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const exported = local.exports.get(key);
      if (exported === undefined || exported.metadata.deletionTimestamp !== undefined || exported.spec.slice !== grant.slice) {
        await publisher.publish('Export', key, undefined, signal);
        return;
      }
      const namespace = exported.metadata.namespace ?? '';
      const seen: ExportSnapshot = {
        exported,
        cluster: session.hub.cluster,
        namespaces: grant.namespaces,
        service: serviceOf(exported),
        others: exportsIn(namespace).map((other) => ({ exported: other, service: serviceOf(other) })),
        pods: session.pods.get(namespace)?.list() ?? [],
        attachment,
        crowdedNodes: leftOut.nodesOf(key),
      };
      const decision = planExport(seen, session.clock.now());
      let { status } = decision;
      try {
        await publisher.publish('Export', key, decision.body, signal);
      } catch (error) {
        if (!Failure.is(error, 'InvalidInput')) throw error;
        // Nothing changes it but its owner, who looks at the status and not at our log.
        status = unstatedExport(seen, status, error.message, session.clock.now());
      }
      await writeExportStatus(local.client, exported, status, Math.floor(session.clock.now() / 1000), signal);
    },
  };
};
