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
 * Like {@link applyObject}, for kinds whose objects somebody else may write under the same names: it takes no value of another object, or of
 * a later version, than the one in `seen`.
 *
 * @throws Failure `Conflict` when the object has changed by now, and when it is new and has other values than the desired ones; nothing changed then.
 */
export const applyOwnObject = async <T extends KubernetesObject>(
  client: Pick<Client, 'apply'>,
  kind: ResourceKind<T>,
  desired: T,
  options: {
    readonly seen: T | undefined;
    readonly fieldManager: string;
    readonly signal: AbortSignal;
  },
): Promise<'unchanged' | 'applied'> => {
  const { seen, fieldManager, signal } = options;
  if (seen !== undefined) {
    const { resourceVersion = '' } = seen.metadata;
    return applyObject(client, kind, { ...desired, metadata: { ...desired.metadata, resourceVersion } }, options);
  }
  // Not a create request: the fields of that would have a second owner, and stay when they are no longer desired.
  await client.apply(kind, desired, { fieldManager, signal, force: false });
  return 'applied';
};
