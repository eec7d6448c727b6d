import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../values/object.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { Client } from './port.ts';

/**
 * Replaces the whole status of an object with one writer, unless it is equal already (fields set to `undefined` count as absent).
 * `Conflict` when the object has changed since it was seen: look again and decide again.
 */
export const writeStatus = async <T extends KubernetesObject & { readonly status?: unknown }>(
  client: Pick<Client, 'updateStatus'>,
  kind: ResourceKind<T>,
  seen: T,
  status: NonNullable<T['status']>,
  { signal }: { readonly signal: AbortSignal },
): Promise<'unchanged' | 'written'> => {
  // Through JSON, because that is how it will be stored and compared next time.
  const plain: unknown = JSON.parse(JSON.stringify(status));
  if (isDeepStrictEqual(plain, seen.status)) return 'unchanged';
  await client.updateStatus(kind, { ...seen, status: plain }, { signal });
  return 'written';
};
