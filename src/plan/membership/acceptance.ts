import type { Cluster } from '../../api/cluster/type.ts';
import type { Verdict } from '../../api/condition.ts';
import { memberNamespaces, type Slice } from '../../api/slice/type.ts';
import { compareText } from '../../values/text/order.ts';
import { overlappedNetwork } from './cluster-networks.ts';

/** The judgement of a slice and its candidate clusters. */
export interface Acceptance {
  readonly verdict: Verdict;
  /** Clusters that can take part. Empty when the slice as a whole is refused. */
  readonly admitted: readonly Cluster[];
  /** Clusters that cannot, each with a sentence. */
  readonly excluded: ReadonlyMap<string, string>;
}

/** Older first; of two created in the same second, by namespace and name. */
const bySeniority = (a: Slice, b: Slice): number =>
  compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compareText(`${a.metadata.namespace}/${a.metadata.name}`, `${b.metadata.namespace}/${b.metadata.name}`);

/** The older slice with one of the namespaces on one of the same clusters, if any. */
const olderWithNamespace = (slice: Slice, others: readonly Slice[]): { readonly slice: Slice; readonly namespace: string } | undefined => {
  const own = new Set(memberNamespaces(slice.spec));
  const share = (other: Slice): boolean => {
    const [a, b] = [slice.spec.clusters ?? [], other.spec.clusters ?? []];
    return a.length === 0 || b.length === 0 || a.some((name) => b.includes(name));
  };
  for (const other of [...others].toSorted(bySeniority)) {
    if (other.metadata.uid === slice.metadata.uid || other.metadata.deletionTimestamp !== undefined) continue;
    if (bySeniority(other, slice) > 0 || !share(other)) continue;
    const namespace = memberNamespaces(other.spec).find((name) => own.has(name));
    if (namespace !== undefined) return { slice: other, namespace };
  }
  return undefined;
};

/**
 * Whether a slice is accepted, and with which of its clusters. Admission refuses most conflicts. Conflicts of two people who apply at once, or that
 * arise later, are decided here in favour of the older slice.
 *
 * ```
 * a namespace is in an older slice on a shared cluster      the slice is refused and not applied
 * the subnet overlaps a network of some clusters            those are excluded and named, the others take part
 *   ... of one that already runs in the slice               it stays and is named: a new node must not end a working slice
 * otherwise                                                 accepted
 * ```
 */
export const accept = (
  slice: Slice,
  others: readonly Slice[],
  candidates: readonly Cluster[],
  running: ReadonlySet<string>,
): Acceptance => {
  const older = olderWithNamespace(slice, others);
  if (older !== undefined) {
    const message = `Namespace ${older.namespace} belongs to the older slice ${older.slice.metadata.name} already, and a pod has one slice; remove it from one of the two.`;
    return { verdict: { type: 'Accepted', status: 'False', reason: 'NamespaceConflict', message }, admitted: [], excluded: new Map() };
  }
  const excluded = new Map<string, string>();
  const overlapped = new Map<string, string>();
  for (const cluster of candidates) {
    const hit = overlappedNetwork(slice.spec.sliceSubnet, cluster.status);
    if (hit === undefined) continue;
    const { name } = cluster.metadata;
    const meets = `sliceSubnet ${slice.spec.sliceSubnet} overlaps the ${hit} of cluster ${name}`;
    if (running.has(name)) {
      overlapped.set(
        name,
        `${meets}, whose pods of the slice do not reach that network; give it other addresses, or create another slice with another subnet.`,
      );
    } else excluded.set(name, `${meets}; use another subnet or exclude the cluster.`);
  }
  const admitted = candidates.filter((cluster) => !excluded.has(cluster.metadata.name));
  const verdict: Verdict =
    excluded.size + overlapped.size === 0
      ? { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The slice is valid.' }
      : {
          type: 'Accepted',
          status: admitted.length === 0 ? 'False' : 'True',
          reason: 'SubnetOverlap',
          message: [...excluded.values(), ...overlapped.values()].join(' '),
        };
  return { verdict, admitted, excluded };
};
