import type { Condition, Verdict } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';

/** How long contact must be lost before the condition reports it, in milliseconds: a reconnect is faster. */
export const reportAfterMs = 5_000;
/** How long to wait for the cause of lost contact, in milliseconds: an unreachable hub is detected by then, a refusal sooner. */
const causeWithinMs = 8_000;

const verdict = (status: Verdict['status'], reason: Reason, message: string): Verdict => ({
  type: 'HubReachable',
  status,
  reason,
  message,
});

/**
 * The condition about contact with the hub: whether there is contact, since when there is none, and why. Times are milliseconds since 1970.
 *
 * ```
 * the worker's last request           contact                    then
 * refused: the cluster was removed    any                        ClusterRemoved, with its message
 * anything else                       exists                     the hub answers
 * anything                            lost just now              nothing yet
 * answered                            lost a moment ago          nothing yet: the cause is about to be known
 * the certificate was refused         lost                       HubCertificateRefused, with its message
 * anything else                       lost                       HubAway, with the time
 * ```
 * @param connection condition HubReachable of the worker's own connection; undefined before its first request
 * @returns undefined while there is nothing to report yet.
 */
export const planHubContact = (
  lostAt: number | undefined,
  connection: Pick<Condition, 'status' | 'reason' | 'message'> | undefined,
  now: number,
): Verdict | undefined => {
  if (connection?.reason === 'ClusterRemoved') return verdict('False', 'ClusterRemoved', connection.message);
  if (lostAt === undefined) return verdict('True', 'Ready', 'The hub answers.');
  const lostMs = now - lostAt;
  if (lostMs < reportAfterMs || (connection?.status === 'True' && lostMs < causeWithinMs)) return undefined;
  if (connection?.reason === 'HubCertificateRefused') return verdict('False', 'HubCertificateRefused', connection.message);
  const since = new Date(lostAt).toISOString();
  return verdict(
    'False',
    'HubAway',
    `The hub has not answered since ${since}. Existing traffic continues, and members exchange changes through the tunnels; no cluster can join and no slice can change. Check the hub and the network to it.`,
  );
};
