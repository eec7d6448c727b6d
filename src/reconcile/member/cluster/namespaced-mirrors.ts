import type { Change, Mirror } from '../../../kubernetes/mirror.ts';
import type { Source } from '../../../loop/source.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import { objectKey } from '../../../values/object-key.ts';

/** A mirror for each of some namespaces, which may change. Emits the changes of all of them. */
export interface NamespacedMirrors<T> extends Source<Change<T>> {
  /** The mirror of a namespace, if it is one of them. */
  of(namespace: string): Mirror<T> | undefined;
  /** Follows exactly these namespaces. Resolves once each was listed; for removed namespaces no changes are emitted. */
  follow(namespaces: readonly string[]): Promise<void>;
}

/** Mirrors without a namespace yet. `create` makes the mirror of one; each runs until its namespace is removed or the signal aborts. */
export const createNamespacedMirrors = <T extends KubernetesObject>(
  create: (namespace: string) => Mirror<T>,
  signal: AbortSignal,
): NamespacedMirrors<T> => {
  const mirrors = new Map<string, { readonly mirror: Mirror<T>; readonly end: () => void }>();
  const handlers = new Set<(change: Change<T>) => void>();

  const begin = (namespace: string): void => {
    const ending = new AbortController();
    const both = AbortSignal.any([signal, ending.signal]);
    const mirror = create(namespace);
    const unsubscribe = mirror.subscribe((change) => {
      for (const handler of handlers) handler(change);
    });
    // Only its signal ends a mirror.
    void mirror.run(both);
    mirrors.set(namespace, {
      mirror,
      end: () => {
        unsubscribe();
        ending.abort();
      },
    });
  };

  return {
    of: (namespace) => mirrors.get(namespace)?.mirror,
    follow: async (namespaces) => {
      const wanted = new Set(namespaces);
      for (const [namespace, { end }] of mirrors) {
        if (wanted.has(namespace)) continue;
        end();
        mirrors.delete(namespace);
      }
      for (const namespace of wanted) if (!mirrors.has(namespace)) begin(namespace);
      await Promise.all([...mirrors.values()].map(({ mirror }) => mirror.synced(signal)));
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const { mirror } of mirrors.values())
        for (const object of mirror.list()) handler({ type: 'added', key: objectKey(object.metadata), object, initial: true });
      return () => handlers.delete(handler);
    },
  };
};
