import { type AboutVersion, clusterPropertyDefinitionName, clusterPropertyKind } from '../../../api/about/kinds.ts';
import { about } from '../../../api/groups.ts';
import { applyOwnObject } from '../../../kubernetes/apply.ts';
import { createMirror } from '../../../kubernetes/mirror.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { createController } from '../../../loop/controller.ts';
import { watching } from '../../../loop/watching.ts';
import { planClusterProperties } from '../../../plan/mcs/cluster-properties.ts';
import type { Clock } from '../../../values/clock.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';
import type { ConnectionReport } from '../hub/connection-report.ts';
import type { HubIdentity } from '../hub/hub-place.ts';
import { whileServed } from './while-served.ts';

/** Everything is decided at once. */
const key = 'properties';

/** What identifies this cluster, and where that is reported. */
export interface PropertiesParts {
  readonly identity: Pick<HubIdentity, 'cluster' | 'project'>;
  readonly connection: Pick<ConnectionReport, 'changes' | 'latest' | 'set'>;
  readonly clock: Clock;
}

/**
 * Keeps the properties that name this cluster and its clusterset (KEP-2149) until the signal aborts, as long as the hub has not removed this cluster. It
 * follows the definition, which anybody may have installed and may remove; without it it does nothing.
 */
export const followProperties = async (
  { client, log, metrics }: Pick<LocalWorld, 'client' | 'log' | 'metrics'>,
  { identity, connection, clock }: PropertiesParts,
  signal: AbortSignal,
): Promise<void> => {
  const keep = async (version: AboutVersion, during: AbortSignal): Promise<void> => {
    const kind = clusterPropertyKind(version);
    const mirror = createMirror({ client, log, metrics, keepManager: fieldManager, kind, name: kind.plural });
    const controller = createController({
      name: 'cluster-properties',
      watches: [watching(mirror, () => [key]), watching(connection.changes, () => [key])],
      reconcile: async (_key: string, turn: AbortSignal): Promise<void> => {
        if (!mirror.isSynced()) await mirror.synced(turn);
        const isRemoved = connection.latest('HubReachable')?.reason === 'ClusterRemoved';
        const before = connection.latest('ClusterIdentified');
        const plan = planClusterProperties({
          seen: mirror.list(),
          member: isRemoved ? undefined : identity,
          version,
          before: before === undefined ? undefined : [before],
        });
        for (const verdict of plan.verdicts) await connection.set(verdict, turn);
        for (const property of plan.apply)
          await applyOwnObject(client, kind, property, { fieldManager, signal: turn, seen: mirror.get(property.metadata.name) });
        for (const name of plan.remove) await remove(client, kind, { name }, turn, mirror.get(name)?.metadata.uid);
      },
      log,
      metrics,
      clock,
    });
    // There may be no property, and so no change.
    controller.enqueue(key);
    await Promise.all([mirror.run(during), controller.run(during)]);
    // Lost contact with objects whose definition is gone is no trouble.
    metrics.set('mirrorStale', { mirror: kind.plural }, 0);
  };
  await whileServed(
    {
      client,
      log,
      metrics,
      definition: clusterPropertyDefinitionName,
      versions: about.versions,
      work: async (served, during) => (served === 'unknown' || served === 'absent' ? undefined : keep(served, during)),
    },
    signal,
  );
};
