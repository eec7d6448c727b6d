import { type LinksBody, maxReportedLinks } from '../../exchange/statement/links.ts';
import { compareText } from '../../values/text/order.ts';
import type { Vote } from '../links/link-votes.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';

/**
 * The state of a node, from the report of its cluster. `NotReported` when no report mentions it.
 *
 * ```
 * Off           not Ready in Kubernetes: powered off, disconnected or broken
 * Absent        it has no tunnel, or its agent is unreachable
 * Unreached     no other node reaches it, whatever its last report; in a member: no node of this cluster does
 * Down          it does not reach some others
 * Pending       it does not know yet
 * ```
 */
export type NodeState = 'Off' | 'Absent' | 'Unreached' | 'Down' | 'Pending' | 'NotReported' | 'Up';

/** One node in one slice: its place, and the state of its tunnels. */
export interface NodeRow {
  readonly slice: string;
  readonly cluster: string;
  readonly node: string;
  readonly state: NodeState;
  /** Links that are up, of all; undefined if not counted. */
  readonly linksUp: number | undefined;
  readonly links: number | undefined;
  /** Address of the node in the slice. */
  readonly router: string | undefined;
  /** Endpoint of its tunnel. */
  readonly endpoint: string | undefined;
  readonly blocks: readonly string[];
  readonly reason: string | undefined;
  /** Since when it is not Ready in Kubernetes. */
  readonly since?: string;
}

const order: readonly NodeState[] = ['Off', 'Absent', 'Unreached', 'Down', 'Pending', 'NotReported', 'Up'];

/** Whether the pods of a node are unreachable. */
export const isDead = ({ state }: Pick<NodeRow, 'state'>): boolean => state === 'Off' || state === 'Unreached';

type Judgement = Pick<NodeRow, 'state' | 'linksUp' | 'links' | 'reason' | 'since'>;

const nothing: Judgement = { state: 'NotReported', linksUp: undefined, links: undefined, reason: undefined };

/** Nodes of a cluster by the links to them that a report lists as Down. */
const downLinks = (cluster: string, report: LinksBody) =>
  Map.groupBy(
    report.worst.filter((link) => link.peerCluster === cluster && link.state === 'Down'),
    ({ peerNode }) => peerNode,
  );

/**
 * The nodes of a cluster that neither its other nodes nor nodes of other clusters reach, with the evidence. If a list of links is full, one link is
 * enough: it contains only the worst.
 */
const unreachedIn = (cluster: string, report: LinksBody, others: readonly LinksBody[]): ReadonlyMap<string, string> => {
  const fromOthers = others.map((other) => ({ other, links: downLinks(cluster, other) }));
  const isDownTo = ({ other, links }: (typeof fromOthers)[number], node: string): boolean => {
    const needed = other.worst.length >= maxReportedLinks ? 1 : other.nodes;
    return (links.get(node)?.length ?? 0) >= needed;
  };
  return new Map(
    [...downLinks(cluster, report)].flatMap(([node, links]): [string, string][] => {
      const neighbours = report.nodes - 1;
      const [first] = links;
      const isDown = neighbours > 0 && links.length >= neighbours && fromOthers.every((each) => isDownTo(each, node));
      return first === undefined || !isDown ? [] : [[node, `${first.node} → ${node}: ${first.reason}`]];
    }),
  );
};

/** Judges the nodes of one cluster by its report; each costs one look-up. `offElsewhere` counts the nodes of other clusters that are off. */
const judgeBy = (
  cluster: string,
  report: LinksBody | undefined,
  others: readonly LinksBody[] = [],
  offElsewhere = 0,
): ((node: string) => Judgement) => {
  if (report === undefined) return () => ({ ...nothing, reason: 'its cluster has not reported' });
  const missing = new Map(report.missingNodes.map((each) => [each.node, each]));
  const impaired = new Map(report.impaired.map((each) => [each.node, each]));
  const unreached = unreachedIn(cluster, report, others);
  // Lists are cut: only in a complete list is an absence meaningful.
  const whole = report.missing === missing.size && report.impairedNodes === impaired.size && (report.outOfService ?? 0) === 0;
  const links = report.nodes === 0 ? 0 : report.clusters.reduce((sum, each) => sum + each.total, 0) / report.nodes;
  return (node) => {
    const absent = missing.get(node);
    if (absent !== undefined) {
      const { reason, notReady, since } = absent;
      return { ...nothing, state: notReady === true ? 'Off' : 'Absent', reason, ...(since === undefined ? {} : { since }) };
    }
    // Its own report is older than the observation that no node reaches it.
    const evidence = unreached.get(node);
    if (evidence !== undefined) return { ...nothing, state: 'Unreached', reason: evidence };
    const own = impaired.get(node);
    // Links to nodes that are off elsewhere are not a fault of this one.
    const idle = Math.min(offElsewhere, own?.down ?? 0);
    if (own !== undefined && idle > 0 && own.up >= own.total - idle)
      return { state: 'Up', linksUp: own.up, links: own.total - idle, reason: undefined };
    if (own !== undefined) return { state: own.down > 0 ? 'Down' : 'Pending', linksUp: own.up, links: own.total, reason: own.reason };
    if (!whole) return { ...nothing, reason: 'the report of its cluster does not contain it' };
    // A node that is alone in its slice has no links, which is not a fault.
    return { state: 'Up', linksUp: links, links, reason: undefined };
  };
};

/** The votes of the observed cluster's nodes about a node of another cluster: `slice/cluster/node`. */
export type VoteOn = (slice: string, cluster: string, node: string) => Vote;

const judgeByVote = (vote: Vote): Judgement => {
  if (vote === 'Down') return { ...nothing, state: 'Unreached', reason: 'no node of this cluster reaches it' };
  return { ...nothing, state: vote };
};

/**
 * Every node of every slice, the worst first: those that published a tunnel, and those that their cluster misses.
 *
 * @param voteOn judges the nodes of clusters whose reports are not known here; without it they are `NotReported`
 */
export const planNodes = ({ nodes: tunnels, reports: all }: Pick<FleetSnapshot, 'nodes' | 'reports'>, voteOn?: VoteOn): NodeRow[] => {
  const reports = new Map(all.map((each) => [`${each.slice}/${each.cluster}`, each]));
  const bySlice = Map.groupBy(all, ({ slice }) => slice);
  const tunnelled = new Set(tunnels.map(({ slice, cluster, body }) => [slice, cluster, body.node].join('/')));
  const offIn = ({ slice, cluster, report }: (typeof all)[number]): number =>
    report.missingNodes.filter(({ node, notReady }) => notReady === true && tunnelled.has([slice, cluster, node].join('/'))).length;
  const judges = new Map(
    [...reports].map(([key, { slice, cluster, report }]) => {
      const elsewhere = (bySlice.get(slice) ?? []).filter((each) => each.cluster !== cluster);
      const offElsewhere = elsewhere.reduce((sum, each) => sum + offIn(each), 0);
      const others = elsewhere.flatMap((each) => (each.report.nodes === 0 ? [] : [each.report]));
      return [key, judgeBy(cluster, report, others, offElsewhere)];
    }),
  );
  const unknown = judgeBy('', undefined);
  const judge = (slice: string, cluster: string, node: string): Judgement => {
    const known = judges.get(`${slice}/${cluster}`);
    if (known !== undefined) return known(node);
    return voteOn === undefined ? unknown(node) : judgeByVote(voteOn(slice, cluster, node));
  };
  const rows = tunnels.map(({ slice, cluster, body }): NodeRow => {
    const [first] = body.endpoints;
    return {
      slice,
      cluster,
      node: body.node,
      ...judge(slice, cluster, body.node),
      router: body.addresses.join(', '),
      endpoint: first === undefined ? undefined : `${first.address}:${first.port}`,
      blocks: body.blocks,
    };
  });
  const key = (row: Pick<NodeRow, 'slice' | 'cluster' | 'node'>): string => [row.slice, row.cluster, row.node].join('\u0000');
  const listed = new Set(rows.map(key));
  for (const { slice, cluster, report } of reports.values()) {
    for (const { node } of report.missingNodes) {
      const row = { slice, cluster, node, ...judge(slice, cluster, node), router: undefined, endpoint: undefined, blocks: [] };
      if (!listed.has(key(row))) rows.push(row);
    }
  }
  return rows.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || compareText(key(a), key(b)));
};
