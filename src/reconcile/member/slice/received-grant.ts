import type { Membership, MembershipSpec } from '../../../api/membership/type.ts';
import { createSignals } from '../../../loop/signals.ts';
import type { Source } from '../../../loop/source.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';

/** A grant of the hub, and the part that this cluster accepts. */
export interface Received {
  /** The membership as this cluster accepts it. */
  readonly membership: Membership;
  /** The membership as the hub granted it. */
  readonly granted: Membership;
}

/** The grant of a running session; it changes without a restart of the session. Emits when it changes. */
export interface ReceivedGrant extends Source<undefined> {
  current(): Received;
}

/** A grant that a later one of the same slice can replace. */
export const createReceivedGrant = (first: Received): ReceivedGrant & { readonly replace: (next: Received) => void } => {
  let current = first;
  const changes = createSignals();
  const essence = ({ membership, granted }: Received): string => canonicalJson([membership.spec, granted.spec]);
  return {
    current: () => current,
    replace: (next) => {
      const changed = essence(next) !== essence(current);
      current = next;
      if (changed) changes.emit();
    },
    subscribe: (handler) => changes.subscribe(handler),
  };
};

/** Whether two memberships are about exactly the same slice, so that a session can continue with the other. */
export const isSameSlice = (a: MembershipSpec, b: MembershipSpec): boolean =>
  a.sliceUID === b.sliceUID && a.exchangeNamespace === b.exchangeNamespace && a.sliceSubnet === b.sliceSubnet;
