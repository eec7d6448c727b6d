import type { SliceNode } from '../../api/slicenode/type.ts';

/**
 * In which slices service addresses lead somewhere on every node: an agent of an older version does not know them, and its pods must get the addresses of
 * endpoints. A node without a tunnel has no pod of the slice and does not count. The work for one node does not grow with the others.
 */
export class ServiceReadiness {
  /** By slice: names of the nodes that lead service addresses to endpoints, and of those that do not. */
  readonly #slices = new Map<string, { readonly ready: Set<string>; readonly others: Set<string> }>();

  /** Reads the report of a node, or forgets it. */
  set({ spec: { slice, node }, status }: SliceNode, isDeleted: boolean): void {
    const nodes = this.#slices.get(slice) ?? { ready: new Set(), others: new Set() };
    this.#slices.set(slice, nodes);
    nodes.ready.delete(node);
    nodes.others.delete(node);
    if (isDeleted || status?.publicKey === undefined) return;
    if (status.serviceAddresses === true) nodes.ready.add(node);
    else nodes.others.add(node);
  }

  /** Whether every node of a slice that has a tunnel leads service addresses to endpoints, and at least one has. */
  isReady(slice: string): boolean {
    const nodes = this.#slices.get(slice);
    return nodes !== undefined && nodes.ready.size > 0 && nodes.others.size === 0;
  }
}
