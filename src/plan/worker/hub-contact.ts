import type { Condition, Verdict } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';

/** How long contact must be lost before the condition says so, in milliseconds: a connection that was only made anew is back by then. */
export const reportAfterMs = 5_000;
/** How long the worker is waited for to say why contact was lost, in milliseconds: it asks every ten seconds. */
const causeWithinMs = 15_000;

const verdict = (status: Verdict['status'], reason: Reason, message: string): Verdict => ({
  type: 'HubReachable',
  status,
  reason,
  message,
});

/**
 * Whether this cluster has contact with the hub, and since when and why it has none. Times are milliseconds since 1970.
 *
 * ```
 * the worker says of the hub          contact                    then
 * the cluster was removed there       whatever it is             ClusterRemoved, as the worker says it
 * anything else                       there                      the hub answers
 * anything                            lost just now              nothing yet
 * it answers                          lost a moment ago          nothing yet: the worker is about to say why
 * its certificate is refused          lost                       HubCertificateRefused, as the worker says it
 * anything else                       lost                       HubAway, with the time
 * ```
 * @param said condition HubReachable of the worker's own connection; undefined while it has not said so
 * @returns undefined while there is nothing to be shown yet.
 */
export const planHubContact = (
  lostAt: number | undefined,
  said: Pick<Condition, 'status' | 'reason' | 'message'> | undefined,
  now: number,
): Verdict | undefined => {
  if (said?.reason === 'ClusterRemoved') return verdict('False', 'ClusterRemoved', said.message);
  if (lostAt === undefined) return verdict('True', 'Ready', 'The hub answers.');
  const lostMs = now - lostAt;
  if (lostMs < reportAfterMs || (said?.status === 'True' && lostMs < causeWithinMs)) return undefined;
  if (said?.reason === 'HubCertificateRefused') return verdict('False', 'HubCertificateRefused', said.message);
  const since = new Date(lostAt).toISOString();
  return verdict(
    'False',
    'HubAway',
    `The hub has not answered since ${since}. Existing traffic goes on, and members exchange changes through the tunnels; no cluster can join and no slice can change.`,
  );
};
