import type { ClusterStatus } from '../../../api/cluster/type.ts';
import { clusterKind } from '../../../api/kinds.ts';
import { watching } from '../../../loop/watching.ts';
import { failingExportsOf, isStray } from '../../../plan/exports/failing-exports.ts';
import type { Clock } from '../../../values/clock.ts';
import { objectKey } from '../../../values/object-key.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import type { LocalWorld } from '../cluster/local-world.ts';
import type { Hub } from '../hub/hub.ts';

/** Shortest interval between writes of the list, in milliseconds. */
const gapMs = 2_000;
/** How often the list on the hub is compared with the current state here, in milliseconds. */
const compareEveryMs = 300_000;

/**
 * Reports to the hub the exports that name a slice of which this cluster is not a member: reports are made by slice, and there is none for them. One
 * write for each change, none at rest. There is one key.
 */
export const strayReport = (hub: Hub, local: LocalWorld, clock: Clock) => {
  const key = 'stray';
  const target = { namespace: hub.namespace, name: hub.cluster };
  let written: string | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let comparedAt = Number.NEGATIVE_INFINITY;
  return {
    name: 'stray-report',
    resync: { everyMs: compareEveryMs, keys: () => [key] },
    watches: [
      watching(local.exports, ({ object, previous }) => ([object, previous].some((one) => one !== undefined && isStray(one)) ? [key] : [])),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const { list, dueMs } = failingExportsOf(local.exports.byIndex('stray', 'stray'), clock.now(), 'absent');
      const sliceOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
        local.exports.get(objectKey({ namespace, name }))?.spec.slice ?? '';
      const strays = list.map(({ namespace, name, reason, message, since }) => ({
        namespace,
        name,
        slice: sliceOf({ namespace, name }),
        reason,
        message,
        ...(since === undefined ? {} : { since }),
      }));
      const again = dueMs === undefined ? undefined : { againMs: dueMs };
      const wanted = canonicalJson(strays);
      const now = clock.monotonic();
      if (wanted === written && now - comparedAt < compareEveryMs) return again;
      if (wanted !== written && now - writtenAt < gapMs) return { againMs: Math.ceil(writtenAt + gapMs - now) };
      const { status } = await hub.client.get(clusterKind, target, { signal });
      if (canonicalJson(status?.strayExports ?? []) !== wanted) {
        // Only the controller sets the rest.
        const patch: { readonly status: Pick<ClusterStatus, 'strayExports'> } = { status: { strayExports: strays } };
        await hub.client.mergePatch(clusterKind, target, patch, { signal, subresource: 'status' });
        writtenAt = now;
      }
      comparedAt = now;
      written = wanted;
      return again;
    },
  };
};
