import type { Verdict } from '../../api/condition.ts';
import type { ClusterLinks } from '../../exchange/statement/links.ts';
import { neededPairs } from '../links/needed-pairs.ts';
import { firstShare, pairVerdict, sentenceOf } from '../links/pair-verdict.ts';
import type { ClusterEvidence } from './slice-status.ts';

/** The finding about one cluster of a slice. */
export interface ClusterFinding {
  readonly name: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly problem: { readonly rank: number; readonly reason: Verdict['reason']; readonly message: string } | undefined;
}

/** A sentence that a cluster does not use everything that others publish; undefined when it does. */
export const refusedBy = ({ name, report }: ClusterEvidence): string | undefined => {
  const first = report?.refused?.[0];
  return first === undefined ? undefined : `Cluster ${name} does not use what another published: ${first}`;
};

/**
 * The worst finding about a cluster; the ranks are those of `planSliceStatus`.
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
  const reports = new Map(clusters.map((each) => [each.name, each.report]));
  const pairs = neededPairs(name, report, reports).map((pair) => ({ pair, verdict: pairVerdict(pair, wasReady) }));
  const of = (wanted: string): ClusterLinks[] => pairs.flatMap(({ pair, verdict }) => (verdict === wanted ? [pair] : []));
  // A cluster whose own nodes do not reach each other is Degraded: every pair of clusters may still work.
  const lost = of('Lost').filter(({ cluster }) => cluster !== name);
  if (lost.length > 0) return bad(0, 'LinkDown', `Cluster ${name}: ${sentenceOf(report, lost)}`);
  // A node that is off is not waited for.
  const awaited = report.missingNodes.filter(({ notReady }) => notReady !== true);
  const absent = awaited[0] ?? report.missingNodes[0];
  const off = report.missingNodes.length - awaited.length;
  const few = nodes < Math.ceil((nodes + report.missing - off) * firstShare);
  if (absent !== undefined && (nodes === 0 || (few && !wasReady)))
    return bad(2, absent.notReady === true ? 'NodeNotReady' : 'AgentAbsent', `${name}/${absent.node}: ${absent.reason}`);
  const pending = of('Pending');
  const refused = refusedBy(evidence);
  // Links to nodes whose statements are refused never come up, so the refusal is the cause to name.
  if (pending.length > 0 && refused !== undefined) return bad(2, 'StatementRefused', refused);
  if (pending.length > 0) return bad(4, 'LinksPending', `Cluster ${name}: ${sentenceOf(report, pending)}`);
  return { name, nodes, ready: true, problem: undefined };
};
