import type { Client } from '../../kubernetes/client.ts';
import { type Unreadable, unreadableText } from '../../plan/status/unreadable.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';

/** Reads for a user with limited rights: a refused read is recorded and counts as empty; every other failure rejects. */
export interface AllowedReads {
  list<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    query?: { readonly namespace?: string; readonly labelSelector?: string },
  ): Promise<readonly T[]>;
  find<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    target: { readonly namespace: string; readonly name: string },
  ): Promise<T | undefined>;
  refused(): Unreadable;
}

/** Reads without a refusal yet. */
export const createAllowedReads = (client: Client, signal: AbortSignal): AllowedReads => {
  const refused = new Set<string>();
  const ifAllowed = async <T>(work: Promise<T>, otherwise: T, plural: string, namespace: string | undefined): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!Failure.is(error, 'Forbidden')) throw error;
      refused.add(unreadableText(plural, namespace));
      return otherwise;
    }
  };
  return {
    list: (kind, query = {}) =>
      ifAllowed(
        client.list(kind, { ...query, signal }).then(({ items }) => items),
        [],
        kind.plural,
        query.namespace,
      ),
    find: (kind, target) => ifAllowed(client.find(kind, target, { signal }), undefined, kind.plural, target.namespace),
    refused: () => [...refused].toSorted(),
  };
};
