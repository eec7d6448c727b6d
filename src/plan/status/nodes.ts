import { compareVerdicts } from '../../values/link-verdict.ts';
import { type FleetSnapshot, sliceByBoard } from './fleet-snapshot.ts';
import type { LinkRow } from './links.ts';
import { readNotice } from './read-notice.ts';

/** One node in one slice: its place, and how its tunnels are. */
export interface NodeRow {
  readonly slice: string;
  readonly cluster: string;
  readonly node: string;
  /** The worst state of its links; `Absent` for a node that has published no tunnel. */
  readonly state: LinkRow['state'] | 'Absent';
  readonly linksUp: number;
  readonly links: number;
  /** Address of the node in the slice. */
  readonly router: string | undefined;
  /** Where its tunnel is reached. */
  readonly endpoint: string | undefined;
  readonly blocks: readonly string[];
  readonly reason: string | undefined;
}

/** What is not there comes first, then by the worst of its links. */
const byState = (a: NodeRow, b: NodeRow): number => {
  if (a.state === 'Absent' || b.state === 'Absent') return Number(b.state === 'Absent') - Number(a.state === 'Absent');
  return compareVerdicts(a.state, b.state);
};

const judge = (own: readonly LinkRow[]): Pick<NodeRow, 'state' | 'linksUp' | 'links' | 'reason'> => {
  const worst = own.toSorted((a, b) => compareVerdicts(a.state, b.state))[0];
  return {
    // A node that is alone in its slice has no links and nothing is wrong with it.
    state: worst?.state ?? 'Up',
    linksUp: own.filter((link) => link.state === 'Up').length,
    links: own.length,
    reason: worst === undefined || worst.state === 'Up' ? undefined : `${worst.peerCluster}/${worst.peerNode}: ${worst.reason}`,
  };
};

/** Every node of every slice, the worst first: those that published a tunnel, and those that their cluster misses. */
export const planNodes = ({ slices, notices }: Pick<FleetSnapshot, 'slices' | 'notices'>, links: readonly LinkRow[]): NodeRow[] => {
  const names = sliceByBoard(slices);
  const rows = notices.flatMap((notice): NodeRow[] => {
    const slice = names.get(notice.metadata.namespace ?? '');
    const { cluster } = notice.spec;
    if (slice === undefined) return [];
    const node = readNotice(notice, 'Node');
    if (node !== undefined) {
      const own = links.filter((link) => link.slice === slice && link.cluster === cluster && link.node === node.node);
      const [first] = node.endpoints;
      return [
        {
          slice,
          cluster,
          node: node.node,
          ...judge(own),
          router: node.router,
          endpoint: first === undefined ? undefined : `${first.address}:${first.port}`,
          blocks: node.blocks,
        },
      ];
    }
    return (readNotice(notice, 'Links')?.missingNodes ?? []).map((missing) => ({
      slice,
      cluster,
      node: missing.node,
      state: 'Absent',
      linksUp: 0,
      links: 0,
      router: undefined,
      endpoint: undefined,
      blocks: [],
      reason: missing.reason,
    }));
  });
  const key = (row: NodeRow): string => [row.slice, row.cluster, row.node].join('\u0000');
  return rows.toSorted((a, b) => byState(a, b) || (key(a) < key(b) ? -1 : 1));
};
