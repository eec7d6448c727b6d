import { hasEnded, type Membership } from '../../../api/membership/type.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { watching } from '../../../loop/watching.ts';
import { planExport } from '../../../plan/exports/exports.ts';
import { isMembership } from '../../../plan/membership/granted.ts';
import type { Clock } from '../../../values/clock.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import type { ConnectionReport } from '../hub/connection-report.ts';
import { writeExportStatus } from './export-status.ts';

/**
 * Reports to the owners of exports that name a slice of which this cluster is not a member; no session would. The key is namespace/name. As soon as
 * the slice is granted, its session takes over.
 */
export const strayExports = (local: LocalWorld, memberships: Mirror<Membership>, connection: ConnectionReport, clock: Clock) => {
  const isGranted = (slice: string): boolean =>
    memberships.list().some((membership) => isMembership(membership) && membership.spec.slice === slice && !hasEnded(membership));
  const exportsTo = (slice: string): string[] => local.exports.byIndex('slice', slice).map((exported) => objectKey(exported.metadata));
  return {
    name: 'stray-export',
    watches: [
      watching(local.exports, (change) => [change.key]),
      watching(memberships, (change) =>
        isMembership(change.object) && (change.type === 'deleted' || hasEnded(change.object)) ? exportsTo(change.object.spec.slice) : [],
      ),
      watching(connection.changes, () => local.exports.list().map((exported) => objectKey(exported.metadata))),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      // Only the hub knows whether the slice exists.
      if (!memberships.isSynced()) await memberships.synced(signal);
      const exported = local.exports.get(key);
      if (exported === undefined || exported.metadata.deletionTimestamp !== undefined || isGranted(exported.spec.slice)) return;
      const now = clock.now();
      const hub = connection.latest('HubReachable');
      const removed = hub?.reason === 'ClusterRemoved' ? hub.message : undefined;
      const seen = {
        exported,
        cluster: '',
        namespaces: undefined,
        removed,
        service: undefined,
        pods: [],
        attachment: () => undefined,
        names: { slices: () => local.slices.list().map(({ metadata }) => metadata.name) },
      };
      await writeExportStatus(local.client, exported, planExport(seen, now).status, Math.floor(now / 1000), signal);
    },
  };
};
