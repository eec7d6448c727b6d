import { type McsVersion, mcsServiceImportKind } from '../../../api/mcs/kinds.ts';
import type { McsServiceImport } from '../../../api/mcs/type.ts';
import { applyOwnObject } from '../../../kubernetes/apply.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { planMcsImport } from '../../../plan/mcs/import.ts';
import type { Clock } from '../../../values/clock.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';

/** Shows the imports of KubeSlice as ServiceImports of the Multi-Cluster Services API. The key is namespace/name. */
export const mcsImports = (local: LocalWorld, clock: Clock, mirror: Mirror<McsServiceImport>, version: McsVersion) => {
  const { client, log } = local;
  const kind = mcsServiceImportKind(version);
  return {
    name: 'mcs-import',
    watches: [watching(mirror, ({ key }) => [key]), watching(local.imports, ({ key }) => [key])],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      if (!mirror.isSynced()) await mirror.synced(signal);
      const seen = mirror.get(key);
      const plan = planMcsImport({ own: local.imports.get(key), seen, version }, clock.now());
      if (plan.kind === 'foreign') log.info('a ServiceImport of another implementation stays', { object: key });
      if (plan.kind === 'remove' && seen !== undefined) await remove(client, kind, seen.metadata, signal, seen.metadata.uid);
      if (plan.kind !== 'apply') return;
      await applyOwnObject(client, kind, plan.desired, { fieldManager, signal, seen });
      if (canonicalJson(seen?.status ?? {}) === canonicalJson(plan.status)) return;
      await client.mergePatch(kind, plan.desired.metadata, { status: plan.status }, { signal, subresource: 'status' });
    },
  };
};
