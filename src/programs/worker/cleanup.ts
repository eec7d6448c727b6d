import { noticeKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { endpointSliceManager, endpointSliceManagerLabel, managedBy, managedByLabel, sliceLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { endpointSliceKind } from '../../kubernetes/kinds.ts';
import type { LocalWorld } from './local-world.ts';

/**
 * Removes everything that a slice left in this cluster: services first, so that nobody is sent to addresses that are going away; the
 * agents take the node apart when its SliceNode is gone.
 */
export const removeSlice = async ({ client, imports, endpointSlices }: LocalWorld, slice: string, signal: AbortSignal): Promise<void> => {
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
  for (const kind of [slicePeerKind, sliceNodeKind, noticeKind, sliceKind])
    await client.deleteAll(kind, { signal, namespace: memberNamespace, labelSelector });
};
