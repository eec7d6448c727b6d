import type { Client } from '../../../../kubernetes/client.ts';
import { remove } from '../../../../kubernetes/remove.ts';
import { Failure } from '../../../../values/failure.ts';
import type { KubernetesObject } from '../../../../values/object.ts';
import { type ObjectName, objectKey } from '../../../../values/object-key.ts';
import type { ResourceKind } from '../../../../values/resource-kind.ts';
import { waitFor } from '../wait-for.ts';
import { confirmDeletion } from './confirm-deletion.ts';

/** Runs a step of a removal; what is not there, or whose kind is not there, is removed already. */
const unlessGone = async (step: () => Promise<unknown>): Promise<void> => {
  try {
    await step();
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** How long whoever owns a finalizer gets before it is taken off. */
export interface Patience {
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

const afterwardsMs = 60_000;

/**
 * Deletes an object and waits until it is gone with everything that it owns. Its finalizers get `graceMs`; if they are still there then,
 * their owner is not running, and they are taken off.
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

/** Deletes all selected objects of a kind, as {@link removeAndWait} does for one. Resolves to how many there were. */
export const removeAllOf = async (
  client: Client,
  kind: ResourceKind,
  selection: {
    readonly namespace?: string;
    readonly labelSelector?: string;
    readonly only?: (object: KubernetesObject) => boolean;
    /** Whether to confirm what is in use. */
    readonly confirm?: boolean;
  },
  patience: Patience,
): Promise<number> => {
  const { only = () => true, confirm = false, ...query } = selection;
  let found: readonly KubernetesObject[] = [];
  await unlessGone(async () => {
    found = (await client.list(kind, { ...query, signal: patience.signal })).items.filter(only);
  });
  // All are asked first, so that their finalizers are worked off side by side and wait for one another's grace.
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
