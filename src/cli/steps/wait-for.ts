import type { Client } from '../../kubernetes/client.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { ObjectName } from '../../values/object-key.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { isUnreachable } from './unreachable.ts';

/** The awaited state, and how long to wait. */
export interface Wait<T> {
  readonly client: Client;
  readonly kind: ResourceKind<T & KubernetesObject>;
  readonly target: ObjectName;
  /** Whether the object, or its absence, is the awaited state. */
  readonly until: (object: T | undefined) => boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Describes what is missing, when the time has run out. */
  readonly late: (object: T | undefined) => string | Promise<string>;
}

/**
 * Waits for the state of one object by watching it; survives watches that end and servers that restart meanwhile.
 *
 * @returns the object in the awaited state, or undefined when its absence was awaited.
 * @throws Failure Timeout with the sentence of `late`, Interrupted by the signal.
 */
export const waitFor = async <T extends KubernetesObject>(wait: Wait<T>): Promise<T | undefined> => {
  const { client, kind, target, until, timeoutMs, signal } = wait;
  const limit = AbortSignal.timeout(Math.ceil(timeoutMs));
  const both = AbortSignal.any([signal, limit]);
  const selection = {
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    fieldSelector: `metadata.name=${target.name}`,
    signal: both,
  };
  let seen: T | undefined;
  for (;;) {
    try {
      const { items, resourceVersion } = await client.list(kind, selection);
      seen = items[0];
      if (until(seen)) return seen;
      for await (const event of client.watch(kind, { ...selection, resourceVersion })) {
        if (event.type === 'BOOKMARK') continue;
        seen = event.type === 'DELETED' ? undefined : event.object;
        if (until(seen)) return seen;
      }
    } catch (error) {
      if (signal.aborted) throw new Failure('Interrupted', 'Waiting was interrupted.', { cause: error });
      if (limit.aborted) throw new Failure('Timeout', await wait.late(seen), { cause: error });
      if (Failure.is(error, 'Gone')) continue;
      if (!isUnreachable(error)) throw error;
      // An API server that restarts refuses connections for a moment.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
};
