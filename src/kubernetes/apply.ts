import type { KubernetesObject } from '../values/object.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import { isApplied } from './applied.ts';
import type { Client } from './port.ts';

/** Server-side applies the object. It sends no request when `seen` (the object in a mirror with `keepManager`) shows that nothing would change. */
export const applyObject = async <T extends KubernetesObject>(
  client: Pick<Client, 'apply'>,
  kind: ResourceKind<T>,
  desired: T,
  options: {
    readonly seen?: T | undefined;
    readonly fieldManager: string;
    readonly signal: AbortSignal;
  },
): Promise<'unchanged' | 'applied'> => {
  const { seen, fieldManager, signal } = options;
  if (seen !== undefined && isApplied(desired, seen, fieldManager)) return 'unchanged';
  await client.apply(kind, desired, { fieldManager, signal });
  return 'applied';
};

/**
 * Like {@link applyObject}, for kinds whose objects somebody else may write under the same names: it writes only what is not there, or the very object
 * in `seen`. A new object is created by one request, and owned by the field manager after the next call.
 *
 * @throws Failure `AlreadyExists` or `Conflict` when the object is another one by now; nothing changed then.
 */
export const applyOwnObject = async <T extends KubernetesObject>(
  client: Pick<Client, 'apply' | 'create'>,
  kind: ResourceKind<T>,
  desired: T,
  options: {
    readonly seen: T | undefined;
    readonly fieldManager: string;
    readonly signal: AbortSignal;
  },
): Promise<'unchanged' | 'applied'> => {
  const { seen, signal } = options;
  if (seen === undefined) {
    await client.create(kind, desired, { signal });
    return 'applied';
  }
  const { uid } = seen.metadata;
  return applyObject(client, kind, { ...desired, metadata: { ...desired.metadata, ...(uid === undefined ? {} : { uid }) } }, options);
};
