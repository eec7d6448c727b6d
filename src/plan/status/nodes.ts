import type { LinksBody } from '../../exchange/statement/links.ts';
import { compareText } from '../../values/order.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';

/** How a node is, as its cluster reports it. `NotReported` when nobody says anything about it. */
export type NodeState = 'Absent' | 'Down' | 'Pending' | 'NotReported' | 'Up';

/** One node in one slice: its place, and how its tunnels are. */
export interface NodeRow {
  readonly slice: string;
  readonly cluster: string;
  readonly node: string;
  /** `Absent` has no tunnel or a silent agent, `Down` does not reach some, `Pending` does not know yet. */
  readonly state: NodeState;
  /** Links that are up, of all; undefined where nobody counted them. */
  readonly linksUp: number | undefined;
  readonly links: number | undefined;
  /** Address of the node in the slice. */
  readonly router: string | undefined;
  /** Where its tunnel is reached. */
  readonly endpoint: string | undefined;
  readonly blocks: readonly string[];
  readonly reason: string | undefined;
}

const order: readonly NodeState[] = ['Absent', 'Down', 'Pending', 'NotReported', 'Up'];

type Judgement = Pick<NodeRow, 'state' | 'linksUp' | 'links' | 'reason'>;

const nothing: Judgement = { state: 'NotReported', linksUp: undefined, links: undefined, reason: undefined };

/** Judges the nodes of one cluster by its report; each costs one look-up. */
const judgeBy = (report: LinksBody | undefined): ((node: string) => Judgement) => {
  if (report === undefined) return () => ({ ...nothing, reason: 'its cluster has not reported' });
  const missing = new Map(report.missingNodes.map(({ node, reason }) => [node, reason]));
  const impaired = new Map(report.impaired.map((each) => [each.node, each]));
  // Lists are cut: only where they are whole does it mean something not to be on them.
  const whole = report.missing === missing.size && report.impairedNodes === impaired.size && (report.outOfService ?? 0) === 0;
  const links = report.nodes === 0 ? 0 : report.clusters.reduce((sum, each) => sum + each.total, 0) / report.nodes;
  return (node) => {
    const reason = missing.get(node);
    if (reason !== undefined) return { ...nothing, state: 'Absent', reason };
    const own = impaired.get(node);
    if (own !== undefined) return { state: own.down > 0 ? 'Down' : 'Pending', linksUp: own.up, links: own.total, reason: own.reason };
    if (!whole) return { ...nothing, reason: 'the report of its cluster does not name it' };
    // A node that is alone in its slice has no links and nothing is wrong with it.
    return { state: 'Up', linksUp: links, links, reason: undefined };
  };
};

/** Every node of every slice, the worst first: those that published a tunnel, and those that their cluster misses. */
export const planNodes = ({ nodes: tunnels, reports: all }: Pick<FleetSnapshot, 'nodes' | 'reports'>): NodeRow[] => {
  const reports = new Map(all.map(({ slice, cluster, report }) => [`${slice}/${cluster}`, report]));
  const judges = new Map([...reports].map(([key, report]) => [key, judgeBy(report)]));
  const unknown = judgeBy(undefined);
  const rows = tunnels.map(({ slice, cluster, body }): NodeRow => {
    const [first] = body.endpoints;
    return {
      slice,
      cluster,
      node: body.node,
      ...(judges.get(`${slice}/${cluster}`) ?? unknown)(body.node),
      router: body.addresses.join(', '),
      endpoint: first === undefined ? undefined : `${first.address}:${first.port}`,
      blocks: body.blocks,
    };
  });
  const key = (row: Pick<NodeRow, 'slice' | 'cluster' | 'node'>): string => [row.slice, row.cluster, row.node].join('\u0000');
  const listed = new Set(rows.map(key));
  for (const [place, { missingNodes }] of reports) {
    const [slice = '', cluster = ''] = place.split('/');
    for (const { node, reason } of missingNodes) {
      const row = {
        slice,
        cluster,
        node,
        ...nothing,
        state: 'Absent' as const,
        router: undefined,
        endpoint: undefined,
        blocks: [],
        reason,
      };
      if (!listed.has(key(row))) rows.push(row);
    }
  }
  return rows.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || compareText(key(a), key(b)));
};
