import { confirmAnnotation } from '../../../../api/labels.ts';
import type { Client } from '../../../../kubernetes/client.ts';
import { Failure } from '../../../../values/failure.ts';
import type { ObjectName } from '../../../../values/object-key.ts';
import type { ResourceKind } from '../../../../values/resource-kind.ts';

/** Says on an object that its deletion is meant, which the hub wants to know of what is in use. What is gone needs no word. */
export const confirmDeletion = async (client: Client, kind: ResourceKind, target: ObjectName, signal: AbortSignal): Promise<void> => {
  try {
    await client.mergePatch(kind, target, { metadata: { annotations: { [confirmAnnotation]: 'true' } } }, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};
