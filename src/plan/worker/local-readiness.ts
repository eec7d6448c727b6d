import type { Verdict } from '../../api/condition.ts';
import type { LinksBody } from '../../api/notice/statement.ts';

/**
 * Whether this cluster's part of a slice works, for those who look at the slice in the member: the same evidence that is reported to the hub,
 * where the slice as a whole is judged.
 *
 * ```
 * a link carries no packets           LinkDown, with the first pair
 * a node has no tunnel yet            AgentAbsent, with its reason
 * links are still coming up           LinksPending
 * otherwise                           Ready
 * ```
 */
export const planLocalReadiness = ({ nodes, expected, up, links, missingNodes }: LinksBody): Verdict => {
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
  const down = links.filter((link) => link.state === 'Down');
  const [first] = down;
  if (first !== undefined) {
    const more = down.length > 1 ? ` And ${down.length - 1} more links are down.` : '';
    return no('LinkDown', `${first.node} → ${first.peerCluster}/${first.peerNode}: ${first.reason}${more}`);
  }
  const [absent] = missingNodes;
  if (absent !== undefined) return no('AgentAbsent', `${absent.node}: ${absent.reason}`);
  if (up < expected) return no('LinksPending', `${up} of ${expected} links of this cluster are up.`);
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: `Every link of this cluster is up: ${expected}, from ${nodes} ${nodes === 1 ? 'node' : 'nodes'}.`,
  };
};
