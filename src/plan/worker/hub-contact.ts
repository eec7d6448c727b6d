import type { Verdict } from '../../api/condition.ts';

/** How long contact must be lost before the condition says so, in milliseconds: a connection that was only made anew is back by then. */
export const reportAfterMs = 5_000;

/**
 * Whether this cluster has contact with the hub, and since when it has none. Times are milliseconds since 1970.
 *
 * @returns undefined while the loss is too recent to be shown.
 */
export const planHubContact = (lostAt: number | undefined, now: number): Verdict | undefined => {
  if (lostAt === undefined) return { type: 'HubReachable', status: 'True', reason: 'Ready', message: 'The hub answers.' };
  if (now - lostAt < reportAfterMs) return undefined;
  const since = new Date(lostAt).toISOString();
  return {
    type: 'HubReachable',
    status: 'False',
    reason: 'HubAway',
    message: `The hub has not answered since ${since}. Existing traffic goes on, and members exchange changes through the tunnels; no cluster can join and no slice can change.`,
  };
};
