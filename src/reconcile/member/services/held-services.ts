import { serviceAddressAnnotation } from '../../../api/labels.ts';
import type { Offer } from '../../../exchange/judgement/offer.ts';
import type { EndpointSlice } from '../../../kubernetes/kinds.ts';
import { longestHoldMs } from '../../../plan/links/path-check.ts';
import type { Clock } from '../../../values/clock.ts';

/** Knows which new services are held: nodes prepare for them, and their names give no answer yet. */
export interface HeldServices {
  /**
   * Whether an offer is held: its first endpoint has not arrived, or not every node here has a path to one, so that a caller of the service's address would
   * be refused. A service without any endpoint is held for {@link longestHoldMs}, and answered then, as by cluster DNS.
   *
   * @param answered the EndpointSlices of the offer with which names answer now
   * @param reached the offer with those endpoints to which every node has a path
   */
  isHeld(key: string, answered: readonly EndpointSlice[], reached: Offer | undefined): boolean;
  /** When an offer is held no longer, in milliseconds of the clock; Infinity for one that is not held. */
  until(key: string): number;
}

/** No service is held yet. */
export const createHeldServices = (clock: Pick<Clock, 'monotonic'>): HeldServices => {
  const held = new Map<string, number>();
  return {
    isHeld: (key, answered, reached) => {
      const isAddressed = answered.some(({ metadata }) => metadata.annotations?.[serviceAddressAnnotation] !== undefined);
      if (reached === undefined || isAddressed || reached.parts.some(({ endpoints }) => endpoints.length > 0)) {
        held.delete(key);
        return false;
      }
      const now = clock.monotonic();
      const until = held.get(key) ?? now + longestHoldMs;
      held.set(key, until);
      return now < until;
    },
    until: (key) => held.get(key) ?? Number.POSITIVE_INFINITY,
  };
};
