import { Failure } from '../values/failure.ts';
import type { ObjectName } from '../values/object-key.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { Client } from './port.ts';

/** Deletes an object; an object or a kind that does not exist counts as deleted. */
export const remove = async (
  client: Pick<Client, 'delete'>,
  kind: ResourceKind,
  target: ObjectName,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await client.delete(kind, target, { signal });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};
