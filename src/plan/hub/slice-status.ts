import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import type { LinksBody, ReportedLink } from '../../api/notice/statement.ts';
import { memberNamespaces, type RetiredBlock, type Slice, type SliceStatus } from '../../api/slice/type.ts';
import { sortedBy } from '../../values/order.ts';

/** What is known about one cluster of the slice. */
export interface ClusterEvidence {
  readonly name: string;
  readonly blocks: readonly string[];
  /** Whether the worker renews its lease; when not, its last report is old and says so. */
  readonly connected: boolean;
  /** The last report of the cluster about its links. */
  readonly report: LinksBody | undefined;
}

/** Why a cluster is not the member that it should be. */
export interface MissingCluster {
  readonly reason: (typeof missingReasons)[number];
  readonly message: string;
}

/** The reason that stands for several is the first of these. */
const missingReasons = ['SubnetOverlap', 'UnknownCluster', 'WaitingForCluster'] as const;

/** Everything the status of a slice is made from. */
export interface SliceEvidence {
  readonly slice: Slice;
  readonly accepted: Verdict;
  readonly exchangeNamespace: string | undefined;
  readonly clusters: readonly ClusterEvidence[];
  /** Clusters that should be members and are not, each with the reason and a sentence. */
  readonly missing: ReadonlyMap<string, MissingCluster>;
  /** Clusters for which there is no address block, each with a sentence. */
  readonly withoutBlock: ReadonlyMap<string, string>;
  /** Sentence about clusters that wanted more addresses than there are. */
  readonly shortage: string | undefined;
  /** Blocks of clusters that left. */
  readonly retired: readonly RetiredBlock[];
}

interface ClusterFinding {
  readonly name: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly problem: { readonly rank: number; readonly reason: Verdict['reason']; readonly message: string } | undefined;
}

const pairText = (cluster: string, link: ReportedLink): string =>
  `${cluster}/${link.node} → ${link.peerCluster}/${link.peerNode}: ${link.reason.replace(/\.$/, '')}`;

/** Clusters that a message spells out; it must stay readable, and below what a condition holds. */
const shownClusters = 3;

/** The clusters that are not reached, each with one pair as evidence. */
const downText = (cluster: string, down: readonly ReportedLink[]): string => {
  const peers = [...Map.groupBy(down, (link) => link.peerCluster).values()];
  const shown = peers
    .slice(0, shownClusters)
    .flatMap(([first, ...more]) =>
      first === undefined
        ? []
        : [pairText(cluster, first) + (more.length === 0 ? '' : ` (and ${more.length} more links to ${first.peerCluster})`)],
    );
  const others = peers.length - shown.length;
  return `${shown.join('; ')}${others === 0 ? '' : `; and ${others} more clusters`}.`;
};

/** Findings that the message of a slice spells out. */
const shownFindings = 10;

const find = (evidence: ClusterEvidence, nodesInSlice: number): ClusterFinding => {
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
  const down = report.links.filter((link) => link.state === 'Down');
  if (down.length > 0) return bad(0, 'LinkDown', downText(name, down));
  const refused = report.refused?.[0];
  if (refused !== undefined) return bad(2, 'StatementRefused', `Cluster ${name} does not use what another published: ${refused}`);
  const absent = report.missingNodes[0];
  if (absent !== undefined) return bad(2, 'AgentAbsent', `${name}/${absent.node}: ${absent.reason}`);
  const expected = nodes * (nodesInSlice - 1);
  if (report.up < expected) {
    const first = report.links.find((link) => link.state !== 'Up');
    return bad(
      4,
      'LinksPending',
      `Cluster ${name}: ${report.up} of ${expected} links are up${first === undefined ? '' : `; ${pairText(name, first)}`}.`,
    );
  }
  return { name, nodes, ready: true, problem: undefined };
};

const readiness = (evidence: SliceEvidence, findings: readonly ClusterFinding[]): Verdict => {
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
  if (evidence.accepted.status === 'False') return no(evidence.accepted.reason, evidence.accepted.message);
  if (evidence.withoutBlock.size > 0) return no('AddressSpaceTooSmall', [...evidence.withoutBlock.values()].join(' '));
  const worst = findings.flatMap((finding) => finding.problem ?? []).toSorted((a, b) => a.rank - b.rank);
  if (worst[0] !== undefined) {
    const more = worst.length > shownFindings ? ` And ${worst.length - shownFindings} more clusters are not ready.` : '';
    return no(
      worst[0].reason,
      worst
        .slice(0, shownFindings)
        .map((problem) => problem.message)
        .join(' ') + more,
    );
  }
  if (evidence.missing.size > 0) {
    const missing = [...evidence.missing.values()];
    const reason = missingReasons.find((one) => missing.some((cluster) => cluster.reason === one)) ?? 'UnknownCluster';
    return no(reason, missing.map(({ message }) => message).join(' '));
  }
  if (findings.length === 0) return no('AwaitingCluster', 'No cluster has joined the project yet; join one with "kubeslice join".');
  const nodes = findings.reduce((sum, finding) => sum + finding.nodes, 0);
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: `${findings.length} clusters with ${nodes} nodes; every node reaches every other.${emptyHint(evidence.slice)}`,
  };
};

const emptyHint = (slice: Slice): string =>
  memberNamespaces(slice.spec).length > 0
    ? ''
    : ' No pod can join yet, because no namespace is named in spec.namespaceIsolationProfile.allowedNamespaces.';

/** How a cluster is listed that has no part in the slice. */
const outside = (name: string, message: string) => ({ name, blocks: [], nodes: 0, ready: false, message });

/** Whether there are addresses for all who want some; judged only once it was ever in question. */
const addressSpace = (evidence: SliceEvidence): Verdict | undefined => {
  const short = evidence.shortage ?? [...evidence.withoutBlock.values()][0];
  if (short !== undefined) return { type: 'AddressSpace', status: 'False', reason: 'AddressSpaceTooSmall', message: short };
  const judged = evidence.slice.status?.conditions?.some((condition) => condition.type === 'AddressSpace') === true;
  return judged
    ? { type: 'AddressSpace', status: 'True', reason: 'Accepted', message: 'Every cluster has the addresses that it wants.' }
    : undefined;
};

/**
 * The status of a slice from what its clusters report, worst finding first.
 *
 * ```
 * rank   finding                                        reason
 *  -     slice refused, or no block for a cluster       that of the refusal
 *  0     a link carries no packets                      LinkDown, with the pair and the evidence
 *  1     a worker's lease has run out                   ConnectionLost
 *  2     a cluster refuses what another published       StatementRefused, with its sentence
 *  2, 3  a node or a cluster has no tunnel yet          AgentAbsent
 *  4     links are still coming up                      LinksPending
 *  -     a cluster of the spec is not there             SubnetOverlap, UnknownCluster, WaitingForCluster
 *  -     nothing of these                               Ready
 * ```
 */
export const planSliceStatus = (evidence: SliceEvidence, now: number): SliceStatus => {
  const nodesInSlice = evidence.clusters.reduce((sum, cluster) => sum + (cluster.report?.nodes ?? 0), 0);
  const findings = evidence.clusters.map((cluster) => find(cluster, nodesInSlice));
  const generation = evidence.slice.metadata.generation;
  const at = new Date(now);
  const before = evidence.slice.status?.conditions;
  const verdicts = [evidence.accepted, readiness(evidence, findings), addressSpace(evidence)].filter((verdict) => verdict !== undefined);
  let conditions: readonly Condition[] = before ?? [];
  for (const verdict of verdicts) conditions = setCondition(conditions, verdict, generation, at);
  const ready = findings.filter((finding) => finding.ready).length;
  return {
    conditions: [...conditions],
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(evidence.exchangeNamespace === undefined ? {} : { exchangeNamespace: evidence.exchangeNamespace }),
    namespaces: memberNamespaces(evidence.slice.spec),
    ...(evidence.retired.length === 0 ? {} : { retiredBlocks: [...evidence.retired] }),
    readyClusters: `${ready}/${findings.length + evidence.missing.size + evidence.withoutBlock.size}`,
    clusters: sortedBy(
      [
        ...findings.map((finding, index) => ({
          name: finding.name,
          blocks: [...(evidence.clusters[index]?.blocks ?? [])],
          nodes: finding.nodes,
          ready: finding.ready,
          ...(finding.problem === undefined ? {} : { message: finding.problem.message }),
        })),
        ...[...evidence.missing].map(([name, { message }]) => outside(name, message)),
        ...[...evidence.withoutBlock].map(([name, message]) => outside(name, message)),
      ],
      (cluster) => cluster.name,
    ),
  };
};
