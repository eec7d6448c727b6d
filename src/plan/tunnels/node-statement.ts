import { isInSlice, type SliceNode } from '../../api/slicenode/type.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Node } from '../../values/builtin/node.ts';

/**
 * The statement of a cluster about one of its nodes; undefined until its agent has created a tunnel, after the node was removed, and
 * while the slice does not need it.
 *
 * Only endpoints with an address of this Node object are published: an agent must not redirect the traffic for its node to another machine.
 *
 * @param identityKey the key that the node proved, if it did
 */
export const nodeBodyOf = (sliceNode: SliceNode | undefined, node: Node | undefined, identityKey?: string): NodeBody | undefined => {
  const status = sliceNode?.status;
  if (sliceNode === undefined || !isInSlice(sliceNode)) return undefined;
  if (status?.publicKey === undefined || status.router === undefined || status.endpoints === undefined) return undefined;
  const addresses = new Set(node?.status?.addresses?.map(({ address }) => address));
  return {
    node: sliceNode.spec.node,
    publicKey: status.publicKey,
    ...(identityKey === undefined ? {} : { identityKey }),
    ...(identityKey === undefined || status.bindsKeys !== true ? {} : { bindsKeys: true as const }),
    ...(identityKey === undefined || status.driver !== 'IPsec' ? {} : { tunnel: 'IPsec' as const }),
    endpoints: status.endpoints.filter(({ address }) => addresses.has(address)),
    blocks: sliceNode.spec.blocks,
    addresses: [status.router],
  };
};
