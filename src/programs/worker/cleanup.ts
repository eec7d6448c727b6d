import { noticeKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { endpointSliceManager, endpointSliceManagerLabel, managedBy, managedByLabel, sliceLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { endpointSliceKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/**
 * Removes everything that a slice left in this cluster: services first, so that nobody is sent to addresses that are going away; the
 * agents take the node apart when its SliceNode is gone after it was marked as ended at `now` (milliseconds since 1970).
 */
export const removeSlice = async (
  { client, imports, endpointSlices, sliceNodes }: LocalWorld,
  slice: string,
  now: number,
  signal: AbortSignal,
): Promise<void> => {
  const labelSelector = `${sliceLabel}=${slice},${managedByLabel}=${managedBy}`;
  // A collection is deleted per namespace, hence the namespaces that the mirrors know of.
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
