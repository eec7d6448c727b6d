import type { Verdict } from '../../api/condition.ts';
import type { ClusterLinks, LinksBody } from '../../exchange/statement/links.ts';
import { type PairVerdict, pairVerdict, sentenceOf } from './pair-verdict.ts';

/**
 * The condition Ready of this cluster's part of a slice, for readers of the slice in the member. It uses the same evidence as the report to the hub,
 * which judges the slice as a whole.
 *
 * ```
 * no node reaches any node of a cluster    LinkDown, with a pair
 * no node here has a tunnel yet            AgentAbsent, with its reason
 * links to a cluster are not judged yet    LinksPending, until each pair with links is judged completely
 * otherwise                                Ready; other faults are in Degraded
 * ```
 *
 * @param cluster name of this cluster: its nodes that do not reach each other are Degraded
 * @param wasReady whether it was Ready before: it stays so while every cluster is reachable
 */
export const planLocalReadiness = (report: LinksBody, cluster: string, wasReady: boolean): Verdict => {
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
  // Only the hub knows which nodes of other clusters are off, so a link that is judged and down is not waited for.
  const isJudged = ({ up, down, total }: ClusterLinks): boolean => up > 0 && up + down >= total;
  const of = (verdict: PairVerdict) => report.clusters.filter((pair) => pairVerdict(pair, wasReady || isJudged(pair)) === verdict);
  const lost = of('Lost').filter((pair) => pair.cluster !== cluster);
  if (lost[0] !== undefined) return no('LinkDown', sentenceOf(report, lost));
  const [absent] = report.missingNodes;
  if (report.nodes === 0 && absent !== undefined)
    return no(absent.notReady === true ? 'NodeNotReady' : 'AgentAbsent', `${absent.node}: ${absent.reason}`);
  const pending = of('Pending');
  if (pending[0] !== undefined) return no('LinksPending', sentenceOf(report, pending));
  const total = report.clusters.reduce((sum, each) => sum + each.total, 0);
  const up = report.clusters.reduce((sum, each) => sum + each.up, 0);
  const nodes = `${report.nodes} ${report.nodes === 1 ? 'node' : 'nodes'}`;
  const message =
    up >= total
      ? `Every link of this cluster is up: ${total}, from ${nodes}.`
      : `Every cluster is reachable, by ${up} of ${total} links from ${nodes}.`;
  return { type: 'Ready', status: 'True', reason: 'Ready', message };
};

/** The condition Degraded: faults in this cluster's part although the slice works, such as single links or nodes without a tunnel. */
export const planLocalDegradation = (report: LinksBody): Verdict => {
  const yes = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Degraded', status: 'True', reason, message });
  const impaired = report.clusters.filter(({ down }) => down > 0);
  if (impaired.length > 0) return yes('LinkDown', sentenceOf(report, impaired));
  const [absent] = report.missingNodes;
  const more = report.missing > 1 ? ` And ${report.missing - 1} more nodes.` : '';
  if (absent !== undefined)
    return yes(absent.notReady === true ? 'NodeNotReady' : 'AgentAbsent', `${absent.node}: ${absent.reason}${more}`);
  return { type: 'Degraded', status: 'False', reason: 'Ready', message: 'Every node in service has its tunnel, and no link is down.' };
};
