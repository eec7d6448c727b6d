import { noticeKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../../api/kinds.ts';
import { endpointSliceManager, endpointSliceManagerLabel, managedBy, managedByLabel, sliceLabel } from '../../../api/labels.ts';
import { memberNamespace } from '../../../api/places.ts';
import { endpointSliceKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/**
 * Removes everything that a slice left in this cluster. Services go first, so that clients are not sent to addresses that disappear; the agents
 * remove the slice from the nodes when its SliceNodes are deleted after they were marked as ended at `now` (milliseconds since 1970).
 */
export const removeSlice = async (
  { client, imports, endpointSlices, sliceNodes }: LocalWorld,
  slice: string,
  now: number,
  signal: AbortSignal,
): Promise<void> => {
  const labelSelector = `${sliceLabel}=${slice},${managedByLabel}=${managedBy}`;
  // A collection is deleted per namespace, so the namespaces come from the mirrors.
  const namespaces = new Set(
    [...endpointSlices.byIndex('slice', slice), ...imports.byIndex('slice', slice)].map((object) => object.metadata.namespace ?? ''),
  );
  for (const namespace of namespaces) {
    await client.deleteAll(endpointSliceKind, {
      signal,
      namespace,
      labelSelector: `${sliceLabel}=${slice},${endpointSliceManagerLabel}=${endpointSliceManager}`,
    });
    await client.deleteAll(serviceImportKind, { signal, namespace, labelSelector });
  }
  const ended = new Date(now).toISOString();
  for (const { metadata, spec } of sliceNodes.byIndex('slice', slice)) {
    if (spec.ended !== undefined) continue;
    try {
      await client.mergePatch(sliceNodeKind, metadata, { spec: { ended } }, { signal });
    } catch (error) {
      if (!Failure.is(error, 'NotFound')) throw error;
    }
  }
  for (const kind of [slicePeerKind, sliceNodeKind, noticeKind, sliceKind])
    await client.deleteAll(kind, { signal, namespace: memberNamespace, labelSelector });
};
