import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../kubernetes/kinds.ts';
import type { Change } from '../../kubernetes/mirror.ts';
import { watching } from '../../loop/watching.ts';
import { type Attachment, attachmentOf } from '../../plan/worker/attachment.ts';
import { type ExportSnapshot, planExport, unstatedExport } from '../../plan/worker/exports.ts';
import { Failure } from '../../values/failure.ts';
import { objectKey } from '../../values/object-key.ts';
import { writeExportStatus } from './export-status.ts';
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
export const exportNotices = (session: Session, publisher: Publisher) => {
  const { local, grant } = session;
  const exportsOf = (namespace: string | undefined): string[] =>
    local.exports
      .byIndex('slice', grant.slice)
      .filter((exported) => exported.metadata.namespace === namespace)
      .map((exported) => objectKey(exported.metadata));

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
      keys: () => local.exports.byIndex('slice', grant.slice).map((exported) => objectKey(exported.metadata)),
    },
    watches: [
      ownSubjects(session, 'Export'),
      watching(local.exports, (change) =>
        change.object.spec.slice === grant.slice || change.previous?.spec.slice === grant.slice ? [change.key] : [],
      ),
      watching(local.sliceNodes, (change) =>
        change.object.spec.slice === grant.slice ? [...touchedNamespaces(change)].flatMap(exportsOf) : [],
      ),
      ...[...session.services.values()].map((services) =>
        watching(services, (change) => (local.exports.get(change.key)?.spec.slice === grant.slice ? [change.key] : [])),
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
        service: session.services.get(namespace)?.get(key),
        pods: session.pods.get(namespace)?.list() ?? [],
        attachment,
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
