import { serviceExportKind } from '../../../api/kinds.ts';
import { type McsVersion, mcsServiceExportKind } from '../../../api/mcs/kinds.ts';
import type { McsServiceExport } from '../../../api/mcs/type.ts';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { watching } from '../../../loop/watching.ts';
import { isDerived } from '../../../plan/exports/properties/derived.ts';
import { planMcsExport } from '../../../plan/mcs/export.ts';
import { movedNamespaces, namespaceSlices } from '../../../plan/mcs/namespace-slices.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { objectKey, parseObjectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';
import { comesOrGoes, isThere } from '../cluster/namespace-presence.ts';

/** Index of exports by namespace. */
export const namespaceIndex = 'namespace';

/** How often an export is tried again whose conditions another program writes, in milliseconds. */
const othersConditionsMs = 600_000;

/**
 * Derives the ServiceExports of KubeSlice from those of the Multi-Cluster Services API, and reports on the latter what becomes of them. The key is
 * namespace/name. Without a mirror there are no such objects, and derived ones are removed.
 */
export const mcsExports = (local: LocalWorld, clock: Clock, mirror: Mirror<McsServiceExport> | undefined, version: McsVersion) => {
  const { client, log } = local;
  let slices = namespaceSlices(local.slices.list());
  const inNamespaces = (namespaces: readonly string[]): string[] =>
    namespaces.flatMap((namespace) =>
      (mirror?.byIndex(namespaceIndex, namespace) ?? []).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    );
  const derive = async (wanted: ServiceExport, own: ServiceExport | undefined, signal: AbortSignal): Promise<void> => {
    if (own !== undefined) {
      await applyObject(client, serviceExportKind, wanted, { fieldManager, signal, seen: own });
      return;
    }
    try {
      // Not applied: somebody may write one by hand at this moment, which then stays.
      await client.create(serviceExportKind, wanted, { signal });
    } catch (error) {
      if (!Failure.is(error, 'AlreadyExists')) throw error;
      throw new Failure('Conflict', `ServiceExport ${objectKey(wanted.metadata)} exists already.`, { cause: error });
    }
  };
  const report = async (seen: McsServiceExport, conditions: NonNullable<McsServiceExport['status']>['conditions'], signal: AbortSignal) => {
    const types = new Set(conditions?.map(({ type }) => type));
    const before = seen.status?.conditions?.filter(({ type }) => types.has(type)) ?? [];
    if (canonicalJson(before) === canonicalJson(conditions)) return undefined;
    const { name, namespace } = seen.metadata;
    const { apiVersion, kind } = seen;
    const desired = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, status: { conditions } };
    try {
      // Without force: conditions of another implementation stay, or the two would overwrite each other for ever.
      await client.apply(mcsServiceExportKind(version), desired, { fieldManager, signal, subresource: 'status', force: false });
      return undefined;
    } catch (error) {
      if (!Failure.is(error, 'Conflict')) throw error;
      log.info('another program reports the conditions of a ServiceExport', { namespace, name, error });
      return { againMs: othersConditionsMs };
    }
  };
  return {
    name: 'mcs-export',
    watches: [
      ...(mirror === undefined ? [] : [watching(mirror, ({ key }) => [key])]),
      watching(local.exports, ({ key, object }) => (mirror?.get(key) !== undefined || isDerived(object) ? [key] : [])),
      watching(local.namespaces, (change) => (!change.initial && comesOrGoes(change) ? inNamespaces([change.object.metadata.name]) : [])),
      watching(local.slices, ({ type, object, previous }) => {
        if (type === 'updated' && object.metadata.generation === previous?.metadata.generation) return [];
        const before = slices;
        slices = namespaceSlices(local.slices.list());
        return inNamespaces(movedNamespaces(before, slices));
      }),
    ],
    reconcile: async (key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      if (mirror?.isSynced() === false) await mirror.synced(signal);
      const { namespace = '', name } = parseObjectKey(key);
      if (!isThere(local.namespaces.get(namespace))) return undefined;
      const [exported, own] = [mirror?.get(key), local.exports.get(key)];
      const plan = planMcsExport({ exported, own, slice: slices.get(namespace) }, clock.now());
      if (plan.removes) await remove(client, serviceExportKind, { namespace, name }, signal);
      if (plan.wanted !== undefined) await derive(plan.wanted, own, signal);
      if (exported === undefined || plan.conditions === undefined) return undefined;
      return report(exported, [...plan.conditions], signal);
    },
  };
};
