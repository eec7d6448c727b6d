import { conditionOf } from '../../api/condition.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import type { PairRow } from './links.ts';
import type { NodeRow } from './nodes.ts';

/** The summary of one slice. */
export interface SliceRow {
  readonly name: string;
  readonly subnet: string;
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  /** Ready clusters, out of all, such as `2/3`. */
  readonly clusters: string;
  readonly nodes: number;
  readonly linksUp: number;
  readonly links: number;
  readonly namespaces: readonly string[];
  readonly created: string | undefined;
}

/** All slices, those that are not ready first. */
export const planSlices = (slices: readonly Slice[], nodes: readonly NodeRow[], pairs: readonly PairRow[]): SliceRow[] =>
  slices
    .map((slice): SliceRow => {
      const { name } = slice.metadata;
      const ready = conditionOf(slice.status?.conditions, 'Ready');
      const own = pairs.filter((pair) => pair.slice === name);
      return {
        name,
        subnet: slice.spec.sliceSubnet,
        ready: ready?.status === 'True',
        reason: ready?.reason ?? '',
        message: ready?.message ?? '',
        clusters: slice.status?.readyClusters ?? '',
        nodes: nodes.filter((node) => node.slice === name && node.state !== 'Absent' && node.state !== 'Off').length,
        linksUp: own.reduce((sum, { up }) => sum + up, 0),
        links: own.reduce((sum, { links }) => sum + links, 0),
        namespaces: memberNamespaces(slice.spec),
        created: slice.metadata.creationTimestamp,
      };
    })
    .toSorted((a, b) => Number(a.ready) - Number(b.ready) || (a.name < b.name ? -1 : 1));
