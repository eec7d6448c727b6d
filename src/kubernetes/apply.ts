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
