import type { Mirror } from '../../../kubernetes/mirror.ts';
import { lifeOfFresh, lifetimeOfStored } from '../../../plan/membership/token-life.ts';
import type { Samples } from '../../../telemetry/metrics.ts';
import type { Clock } from '../../../values/clock.ts';
import type { Hub } from './hub.ts';

/** Measures contact with the hub and the remaining lifetime of the credential for it. */
export interface HubMeasures {
  /** There is a connection to the hub from now on; before, it counts as unreachable since this instance leads. */
  readonly follow: (memberships: Pick<Mirror<unknown>, 'staleSince'>, hub: Pick<Hub, 'token'>) => void;
  readonly now: () => Samples;
}

/** Measures without a connection yet. */
export const createHubMeasures = (clock: Clock): HubMeasures => {
  const began = clock.now();
  let followed: { readonly memberships: Pick<Mirror<unknown>, 'staleSince'>; readonly hub: Pick<Hub, 'token'> } | undefined;
  return {
    follow: (memberships, hub) => {
      followed = { memberships, hub };
    },
    now: () => {
      const since = followed === undefined ? began : followed.memberships.staleSince();
      const hubAwaySeconds = [{ labels: {}, value: since === undefined ? 0 : Math.max(0, clock.now() - since) / 1_000 }];
      if (followed === undefined) return { hubAwaySeconds };
      const token = followed.hub.token();
      return {
        hubAwaySeconds,
        hubCredentialRemainingSeconds: [{ labels: {}, value: lifetimeOfStored(token, clock.now()) / 1_000 }],
        hubCredentialLifetimeSeconds: [{ labels: {}, value: lifeOfFresh(token, 0) / 1_000 }],
      };
    },
  };
};
