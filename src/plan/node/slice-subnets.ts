import { sortedBy } from '../../values/text/order.ts';
import type { SliceFacts } from '../facts/node-state.ts';

/**
 * The file with which the CNI plugin closes pods that start while the agent does not run (toolchain/cni-plugin/close.go): the subnets of slices by
 * the namespace whose pods join them. Equal facts give equal text, in any order.
 *
 * ```
 * a pod that starts           with the agent      without it
 * in a namespace of a slice   attached            the subnet is unreachable in it, until the agent attaches it
 * in another                  passes through      passes through
 * ```
 *
 * Pods that are excluded by a label are closed too: they do not belong to the slice either.
 */
export const sliceSubnetsFile = (slices: readonly Pick<SliceFacts, 'subnet' | 'namespaces'>[]): string => {
  const namespaces = new Map<string, Set<string>>();
  for (const { subnet, namespaces: members } of slices) {
    for (const namespace of members) namespaces.set(namespace, (namespaces.get(namespace) ?? new Set()).add(subnet));
  }
  const sorted = sortedBy(namespaces, ([namespace]) => namespace).map(
    ([namespace, subnets]) => [namespace, [...subnets].toSorted()] as const,
  );
  return `${JSON.stringify({ version: 1, namespaces: Object.fromEntries(sorted) })}\n`;
};
