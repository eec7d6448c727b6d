import { createMirror, type MirrorOptions } from '../../src/kubernetes/mirror.ts';
import type { KubernetesObject } from '../../src/values/object.ts';

/** The objects of a selection as a watch tells of them. */
export interface Follower<T> {
  list(): readonly T[];
  /**
   * The time (`performance.now()`) at which the watch told of the change that made the condition true; now, if it is true already.
   *
   * @throws when it does not become true within the time
   */
  when(what: string, condition: (objects: readonly T[]) => boolean, withinMs?: number): Promise<number>;
}

const patienceMs = 60_000;

/** Follows objects by list and watch, without polling, until the signal aborts; resolves when the first list is complete. */
export const follow = async <T extends KubernetesObject>(options: MirrorOptions<T>, signal: AbortSignal): Promise<Follower<T>> => {
  const mirror = createMirror(options);
  void mirror.run(signal);
  await mirror.synced(signal);
  return {
    list: () => mirror.list(),
    when: (what, condition, withinMs = patienceMs) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      // Whoever asked may fail before it comes to wait.
      promise.catch(() => undefined);

      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        unsubscribe();
        finish();
      };
      const aborted = (): void => settle(() => reject(new Error(`interrupted while waiting: ${what}`)));
      const timer = setTimeout(() => settle(() => reject(new Error(`not within ${withinMs} ms: ${what}`))), withinMs);
      const look = (): void => {
        const now = performance.now();
        if (condition(mirror.list())) settle(() => resolve(now));
      };
      let subscribed = false;
      const unsubscribe = mirror.subscribe(() => {
        if (subscribed) look();
      });
      subscribed = true;
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
      else look();
      return promise;
    },
  };
};
