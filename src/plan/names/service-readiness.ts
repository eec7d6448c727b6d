import type { SliceNode } from '../../api/slicenode/type.ts';

/**
 * In which slices service addresses lead somewhere on every node: an agent of an older version does not know them and reports nothing about them, and its
 * pods must get the addresses of endpoints. A node that reports that it has not read the services yet is about to, and turns no answer back; nor does one
 * without a tunnel, which has no pod of the slice. The work for one node does not grow with the others.
 */
export class ServiceReadiness {
  /** By slice: names of the nodes that lead service addresses to endpoints, and of those that do not know them. */
  readonly #slices = new Map<string, { readonly ready: Set<string>; readonly others: Set<string> }>();

  /** Reads the report of a node, or forgets it. */
  set({ spec: { slice, node }, status }: SliceNode, isDeleted: boolean): void {
    const nodes = this.#slices.get(slice) ?? { ready: new Set(), others: new Set() };
    this.#slices.set(slice, nodes);
    nodes.ready.delete(node);
    nodes.others.delete(node);
    if (isDeleted || status?.publicKey === undefined) return;
    if (status.serviceAddresses === true) nodes.ready.add(node);
    else if (status.serviceAddresses === undefined) nodes.others.add(node);
  }

  /** Whether every node of a slice that has a tunnel knows service addresses, and at least one leads them to endpoints. */
  isReady(slice: string): boolean {
    const nodes = this.#slices.get(slice);
    return nodes !== undefined && nodes.ready.size > 0 && nodes.others.size === 0;
  }
}
