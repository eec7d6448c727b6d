import { type Condition, conditionOf, setCondition, type Verdict } from '../../api/condition.ts';
import { memberNamespaces, type RetiredBlock, type Slice, type SliceStatus } from '../../api/slice/type.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { boundedText } from '../../values/text/bounded-text.ts';
import { sortedBy } from '../../values/text/order.ts';
import { absentNamespaces } from './absent-namespaces.ts';
import { type ClusterFinding, findCluster } from './cluster-finding.ts';
import { planDegradation } from './degradation.ts';
import { ignoredInSlice, ignoredVerdicts } from './ignored-fields.ts';
import { servedVerdicts } from './policies-served.ts';

/** The evidence about one cluster of the slice. */
export interface ClusterEvidence {
  readonly name: string;
  readonly blocks: readonly string[];
  /** Whether the worker renews its lease; otherwise its last report is outdated. */
  readonly connected: boolean;
  /** The last report of the cluster about its links. */
  readonly report: LinksBody | undefined;
}

/** Why a cluster is not a member although it should be. */
export interface MissingCluster {
  readonly reason: (typeof missingReasons)[number];
  readonly message: string;
}

/** For several reasons, the first of these is used. */
const missingReasons = ['SubnetOverlap', 'UnknownCluster', 'WaitingForCluster'] as const;

/** All inputs of the status of a slice. */
export interface SliceEvidence {
  readonly slice: Slice;
  readonly accepted: Verdict;
  readonly exchangeNamespace: string | undefined;
  readonly clusters: readonly ClusterEvidence[];
  /** Clusters that should be members and are not, each with the reason and a sentence. */
  readonly missing: ReadonlyMap<string, MissingCluster>;
  /** Clusters without an address block, each with a sentence. */
  readonly withoutBlock: ReadonlyMap<string, string>;
  /** A sentence about clusters that need more addresses than there are. */
  readonly shortage: string | undefined;
  /** Blocks of clusters that left. */
  readonly retired: readonly RetiredBlock[];
  /** Whether the hub has the definition of AccessPolicy. */
  readonly policiesServed: boolean;
}

/** Maximum number of findings in the message of a slice. */
const shownFindings = 10;

/** Some of the sentences, and how many more there are: a message must stay readable and within the limit of a condition. */
const firstOf = (sentences: readonly string[]): string =>
  sentences.length > shownFindings
    ? `${sentences.slice(0, shownFindings).join(' ')} And ${sentences.length - shownFindings} more clusters are not ready.`
    : sentences.join(' ');

const readiness = (evidence: SliceEvidence, findings: readonly ClusterFinding[]): Verdict => {
  const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });
  if (evidence.accepted.status === 'False') return no(evidence.accepted.reason, evidence.accepted.message);
  if (evidence.withoutBlock.size > 0) return no('AddressSpaceTooSmall', firstOf([...evidence.withoutBlock.values()]));
  const worst = findings.flatMap((finding) => finding.problem ?? []).toSorted((a, b) => a.rank - b.rank);
  if (worst[0] !== undefined) return no(worst[0].reason, firstOf(worst.map(({ message }) => message)));
  if (evidence.missing.size > 0) {
    const missing = [...evidence.missing.values()];
    const reason = missingReasons.find((one) => missing.some((cluster) => cluster.reason === one)) ?? 'UnknownCluster';
    return no(reason, firstOf(missing.map(({ message }) => message)));
  }
  if (findings.length === 0) return no('AwaitingCluster', 'No cluster has joined the project yet; join one with "kubeslice join".');
  const nodes = findings.reduce((sum, finding) => sum + finding.nodes, 0);
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: `${findings.length} clusters with ${nodes} nodes; every cluster reaches every other.${emptyHint(evidence.slice)}`,
  };
};

const emptyHint = (slice: Slice): string =>
  memberNamespaces(slice.spec).length > 0
    ? ''
    : ' No pod can join yet, because no namespace is named in spec.namespaceIsolationProfile.allowedNamespaces.';

/** Maximum number of clusters in the list with a message, and the bytes of each message: a slice may have a thousand clusters. */
const shownMessages = 50;
const messageBytes = 512;

/** The list with at most {@link shownMessages} messages, each cut; the other clusters are listed without one. */
const withBoundedMessages = <T extends { readonly message?: string }>(clusters: readonly T[]): T[] => {
  let left = shownMessages;
  return clusters.map((cluster) => {
    const { message, ...others } = cluster;
    if (message === undefined) return cluster;
    left -= 1;
    return (left < 0 ? others : { ...cluster, message: boundedText(message, messageBytes) }) as T;
  });
};

/** The entry of a cluster that does not take part in the slice. */
const outside = (name: string, message: string) => ({ name, blocks: [], nodes: 0, ready: false, message });

/** Whether all clusters have the addresses that they need; none if they always had. */
const addressSpace = (evidence: SliceEvidence): Verdict | undefined => {
  const short = evidence.shortage ?? [...evidence.withoutBlock.values()][0];
  if (short !== undefined) return { type: 'AddressSpace', status: 'False', reason: 'AddressSpaceTooSmall', message: short };
  const judged = evidence.slice.status?.conditions?.some((condition) => condition.type === 'AddressSpace') === true;
  return judged
    ? { type: 'AddressSpace', status: 'True', reason: 'Accepted', message: 'Every cluster has the addresses that it needs.' }
    : undefined;
};

/**
 * The status of a slice from what its clusters report, worst finding first.
 *
 * ```
 * rank   finding                                        reason
 *  -     slice refused, or no block for a cluster       that of the refusal
 *  0     no node of a cluster reaches another cluster   LinkDown, with a pair and the evidence
 *  1     a worker's lease has run out                   ConnectionLost
 *  2, 3  a cluster lacks more than one node in ten yet  AgentAbsent; NodeNotReady where all are off
 *  2     links come up to a cluster of which a          StatementRefused, with its sentence
 *        statement is refused
 *  4     links to a cluster are still coming up         LinksPending
 *  -     a cluster of the spec is missing               SubnetOverlap, UnknownCluster, WaitingForCluster
 *  -     nothing of these                               Ready
 * ```
 *
 * A Ready slice stays Ready while every cluster reaches every other by some link. Single links and nodes are in the condition Degraded, and so are
 * refused statements: a refused statement concerns one subject of one author, which must not make the slice not Ready for all. The work grows with
 * the pairs of clusters, not of nodes.
 */
export const planSliceStatus = (evidence: SliceEvidence, now: number): SliceStatus => {
  const wereReady = new Set((evidence.slice.status?.clusters ?? []).flatMap(({ name, ready }) => (ready === true ? [name] : [])));
  const findings = evidence.clusters.map((cluster) => findCluster(cluster, evidence.clusters, wereReady.has(cluster.name)));
  const generation = evidence.slice.metadata.generation;
  const at = new Date(now);
  const before = evidence.slice.status?.conditions;
  const ready = readiness(evidence, findings);
  // A slice that was never Ready is in progress, and not degraded.
  const wasJudged = conditionOf(before, 'Degraded') !== undefined;
  const degraded = ready.status === 'True' || wasJudged ? planDegradation(evidence.clusters) : undefined;
  const verdicts = [
    evidence.accepted,
    ready,
    degraded,
    addressSpace(evidence),
    ...absentNamespaces(evidence.clusters, before),
    ...ignoredVerdicts(ignoredInSlice(evidence.slice.spec), before),
    ...servedVerdicts('hub', evidence.policiesServed, before),
  ].filter((verdict) => verdict !== undefined);
  let conditions: readonly Condition[] = before ?? [];
  for (const verdict of verdicts) conditions = setCondition(conditions, verdict, generation, at);
  const readyClusters = findings.filter((finding) => finding.ready).length;
  const clusters = sortedBy(
    [
      ...findings.map((finding, index) => ({
        name: finding.name,
        blocks: [...(evidence.clusters[index]?.blocks ?? [])],
        nodes: finding.nodes,
        ready: finding.ready,
        ...(evidence.clusters[index]?.report?.inUse === true ? { inUse: true } : {}),
        ...(finding.problem === undefined ? {} : { message: finding.problem.message }),
      })),
      ...[...evidence.missing].map(([name, { message }]) => outside(name, message)),
      ...[...evidence.withoutBlock].map(([name, message]) => outside(name, message)),
    ],
    (cluster) => cluster.name,
  );
  return {
    conditions: [...conditions],
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(evidence.exchangeNamespace === undefined ? {} : { exchangeNamespace: evidence.exchangeNamespace }),
    namespaces: memberNamespaces(evidence.slice.spec),
    ...(evidence.retired.length === 0 ? {} : { retiredBlocks: [...evidence.retired] }),
    readyClusters: `${readyClusters}/${findings.length + evidence.missing.size + evidence.withoutBlock.size}`,
    clusters: withBoundedMessages(clusters),
  };
};
