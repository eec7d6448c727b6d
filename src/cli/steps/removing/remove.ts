import type { Client } from '../../../kubernetes/client.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { Failure } from '../../../values/failure.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import { type ObjectName, objectKey } from '../../../values/object-key.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import { waitFor } from '../wait-for.ts';
import { confirmDeletion } from './confirm-deletion.ts';

/** Runs a step of a removal; a missing object or kind counts as removed. */
const unlessGone = async (step: () => Promise<unknown>): Promise<void> => {
  try {
    await step();
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** How long the owner of a finalizer gets before the finalizer is removed. */
export interface Patience {
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

const afterwardsMs = 60_000;

/**
 * Deletes an object and waits until it has disappeared with everything that it owns. Its finalizers get `graceMs`; if they are still there then,
 * their owner does not run, and they are removed.
 */
export const removeAndWait = async (
  client: Client,
  kind: ResourceKind,
  target: ObjectName,
  { graceMs, signal }: Patience,
): Promise<void> => {
  const gone = (timeoutMs: number): Promise<unknown> =>
    waitFor<KubernetesObject>({
      client,
      kind,
      target,
      until: (seen) => seen === undefined,
      timeoutMs,
      signal,
      late: () =>
        `${kind.kind} ${objectKey(target)} is not gone after ${timeoutMs / 1000} s; see "kubectl get ${kind.plural} ${target.name} -o yaml" for what holds it.`,
    });
  await unlessGone(async () => {
    await client.delete(kind, target, { signal, propagation: 'Foreground' });
    try {
      await gone(graceMs);
    } catch (error) {
      if (!Failure.is(error, 'Timeout')) throw error;
      await client.mergePatch(kind, target, { metadata: { finalizers: null } }, { signal });
      await gone(afterwardsMs);
    }
  });
};

/** Deletes all selected objects of a kind, as {@link removeAndWait} does for one. Resolves to their number. */
export const removeAllOf = async (
  client: Client,
  kind: ResourceKind,
  selection: {
    readonly namespace?: string;
    readonly labelSelector?: string;
    readonly only?: (object: KubernetesObject) => boolean;
    /** Whether to confirm the deletion of objects in use. */
    readonly confirm?: boolean;
  },
  patience: Patience,
): Promise<number> => {
  const { only = () => true, confirm = false, ...query } = selection;
  let found: readonly KubernetesObject[] = [];
  await unlessGone(async () => {
    found = (await client.list(kind, { ...query, signal: patience.signal })).items.filter(only);
  });
  // All are deleted first, so that their finalizers are processed concurrently and share the grace period.
  for (const { metadata } of found) {
    if (confirm) await confirmDeletion(client, kind, metadata, patience.signal);
    await remove(client, kind, metadata, patience.signal);
  }
  const start = Date.now();
  for (const { metadata } of found) {
    const graceMs = Math.max(100, patience.graceMs - (Date.now() - start));
    await removeAndWait(client, kind, metadata, { ...patience, graceMs });
  }
  return found.length;
};
