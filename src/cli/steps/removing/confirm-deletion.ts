import { confirmAnnotation } from '../../../api/labels.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { Failure } from '../../../values/failure.ts';
import type { ObjectName } from '../../../values/object-key.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';

/** Confirms the deletion of an object, which the hub requires for objects in use. A missing object needs no confirmation. */
export const confirmDeletion = async (client: Client, kind: ResourceKind, target: ObjectName, signal: AbortSignal): Promise<void> => {
  try {
    await client.mergePatch(kind, target, { metadata: { annotations: { [confirmAnnotation]: 'true' } } }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};
