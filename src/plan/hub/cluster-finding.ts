import type { Verdict } from '../../api/condition.ts';
import type { ClusterLinks, LinksBody } from '../../exchange/statement/links.ts';
import { firstShare, pairVerdict, sentenceOf } from '../pair-verdict.ts';
import type { ClusterEvidence } from './slice-status.ts';

/** What is found about one cluster of a slice. */
export interface ClusterFinding {
  readonly name: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly problem: { readonly rank: number; readonly reason: Verdict['reason']; readonly message: string } | undefined;
}

/**
 * The links of a cluster to every cluster that reports nodes. A cluster that knows fewer nodes of another than that one has is not believed
 * to reach all of them.
 */
export const pairsOf = (name: string, report: LinksBody, clusters: readonly ClusterEvidence[]): ClusterLinks[] => {
  const own = new Map(report.clusters.map((pair) => [pair.cluster, pair]));
  return clusters.flatMap((other): ClusterLinks[] => {
    const nodes = (other.report?.nodes ?? 0) - (other.name === name ? 1 : 0);
    const expected = report.nodes * Math.max(0, nodes);
    const pair = own.get(other.name);
    if (pair === undefined) return expected === 0 ? [] : [{ cluster: other.name, up: 0, down: 0, total: expected }];
    return [{ ...pair, total: Math.max(pair.total, expected) }];
  });
};

/** That a cluster does not use everything that others publish, as a sentence; undefined when it does. */
export const refusedBy = ({ name, report }: ClusterEvidence): string | undefined => {
  const first = report?.refused?.[0];
  return first === undefined ? undefined : `Cluster ${name} does not use what another published: ${first}`;
};

/**
 * What is found about a cluster, the worst first; the ranks are those of `planSliceStatus`.
 *
 * @param clusters all clusters of the slice
 * @param wasReady whether the cluster was ready before: it stays so while it reaches every other
 */
export const findCluster = (evidence: ClusterEvidence, clusters: readonly ClusterEvidence[], wasReady: boolean): ClusterFinding => {
  const { name, report } = evidence;
  const nodes = report?.nodes ?? 0;
  const bad = (rank: number, reason: Verdict['reason'], message: string): ClusterFinding => ({
    name,
    nodes,
    ready: false,
    problem: { rank, reason, message },
  });
  if (!evidence.connected)
    return bad(1, 'ConnectionLost', `The worker of cluster ${name} is not connected to the hub, so its links are not known.`);
  if (report === undefined) return bad(3, 'AgentAbsent', `Cluster ${name} has not reported its nodes yet.`);
  const pairs = pairsOf(name, report, clusters).map((pair) => ({ pair, verdict: pairVerdict(pair, wasReady) }));
  const of = (wanted: string): ClusterLinks[] => pairs.flatMap(({ pair, verdict }) => (verdict === wanted ? [pair] : []));
  // A cluster whose own nodes do not reach one another is Degraded: every pair of clusters may still work.
  const lost = of('Lost').filter(({ cluster }) => cluster !== name);
  if (lost.length > 0) return bad(0, 'LinkDown', `Cluster ${name}: ${sentenceOf(report, lost)}`);
  const absent = report.missingNodes[0];
  const few = nodes < Math.ceil((nodes + report.missing) * firstShare);
  if (absent !== undefined && (nodes === 0 || (few && !wasReady))) return bad(2, 'AgentAbsent', `${name}/${absent.node}: ${absent.reason}`);
  const pending = of('Pending');
  const refused = refusedBy(evidence);
  // Links to nodes whose statements are refused never come up, so that is the cause to name.
  if (pending.length > 0 && refused !== undefined) return bad(2, 'StatementRefused', refused);
  if (pending.length > 0) return bad(4, 'LinksPending', `Cluster ${name}: ${sentenceOf(report, pending)}`);
  return { name, nodes, ready: true, problem: undefined };
};
