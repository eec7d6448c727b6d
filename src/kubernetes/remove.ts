import { Failure } from '../values/failure.ts';
import type { ObjectName } from '../values/object-key.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { Client } from './port.ts';

/**
 * Deletes an object; an object or a kind that does not exist counts as deleted.
 *
 * @param uid only the object with it: `Conflict` when another one has its name by now
 */
export const remove = async (
  client: Pick<Client, 'delete'>,
  kind: ResourceKind,
  target: ObjectName,
  signal: AbortSignal,
  uid?: string,
): Promise<void> => {
  try {
    await client.delete(kind, target, { signal, ...(uid === undefined ? {} : { uid }) });
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};
