import { budgets } from '../../../api/budgets.ts';
import { arrive, type DoneAt, nothingYet } from '../../../values/cell-rate.ts';
import type { Clock } from '../../../values/clock.ts';

/**
 * Limits how many requests of each other cluster are answered, concurrently and per second, so that a member with many nodes takes no more than one
 * with few.
 */
export interface PeerBounds {
  /** Begins a request; returns a function that ends it, or undefined when there are too many. */
  enter(cluster: string): (() => void) | undefined;
}

interface Asker {
  open: number;
  doneAt: DoneAt;
}

/** Bounds without any request. */
export const createPeerBounds = (clock: Pick<Clock, 'monotonic'>): PeerBounds => {
  const askers = new Map<string, Asker>();
  return {
    enter: (cluster) => {
      const now = clock.monotonic();
      const asker = askers.get(cluster) ?? { open: 0, doneAt: nothingYet };
      const { doneAt, conformsAt } = arrive(budgets.peerRequests, asker.doneAt, now);
      if (asker.open >= budgets.peerRequests.atOnce || conformsAt > now) return undefined;
      asker.open += 1;
      asker.doneAt = doneAt;
      askers.set(cluster, asker);
      return () => {
        asker.open -= 1;
        if (asker.open === 0 && asker.doneAt <= clock.monotonic()) askers.delete(cluster);
      };
    },
  };
};
