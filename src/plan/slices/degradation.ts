import type { Verdict } from '../../api/condition.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { neededPairs } from '../links/needed-pairs.ts';
import { sentenceOf } from '../links/pair-verdict.ts';
import { refusedBy } from './cluster-finding.ts';
import type { ClusterEvidence } from './slice-status.ts';

/** Maximum number of clusters that the message lists. */
const shownClusters = 3;

/** The faults of one cluster although the slice may be Ready; undefined for none, and for a cluster without a report. */
const trouble = (
  evidence: ClusterEvidence,
  reports: ReadonlyMap<string, LinksBody | undefined>,
): { readonly reason: Verdict['reason']; readonly message: string } | undefined => {
  const { name, report } = evidence;
  if (report === undefined) return undefined;
  // Links to nodes that are off, or that their own cluster drains, are expected to be down.
  const down = neededPairs(name, report, reports).filter((pair) => pair.down > 0);
  if (down.length > 0) return { reason: 'LinkDown', message: `Cluster ${name}: ${sentenceOf(report, down)}` };
  const [absent] = report.missingNodes;
  const more = report.missing > 1 ? ` And ${report.missing - 1} more nodes of ${name}.` : '';
  if (absent !== undefined) {
    const reason = absent.notReady === true ? 'NodeNotReady' : 'AgentAbsent';
    return { reason, message: `${name}/${absent.node}: ${absent.reason}${more}` };
  }
  const refused = refusedBy(evidence);
  return refused === undefined ? undefined : { reason: 'StatementRefused', message: refused };
};

/**
 * The condition Degraded: faults in a slice that may be Ready, such as links between single nodes, nodes without a tunnel, and statements that a
 * cluster refuses. Drained or removed nodes degrade nothing.
 */
export const planDegradation = (clusters: readonly ClusterEvidence[]): Verdict => {
  const reports = new Map(clusters.map(({ name, report }) => [name, report]));
  const found = clusters.flatMap((cluster) => trouble(cluster, reports) ?? []);
  const worst = found.find(({ reason }) => reason === 'LinkDown') ?? found[0];
  if (worst === undefined) {
    return {
      type: 'Degraded',
      status: 'False',
      reason: 'Ready',
      message: 'Every node in service has its tunnel, no link is down, and every statement is used.',
    };
  }
  const shown = found.slice(0, shownClusters).map(({ message }) => message);
  const more = found.length > shown.length ? ` And ${found.length - shown.length} more clusters.` : '';
  return { type: 'Degraded', status: 'True', reason: worst.reason, message: `${shown.join(' ')}${more}` };
};
