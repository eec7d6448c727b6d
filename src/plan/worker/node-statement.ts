import type { SliceNode } from '../../api/slicenode/type.ts';
import type { NodeBody } from '../../exchange/statement/node.ts';
import type { Node } from '../../values/builtin/node.ts';

/**
 * What a cluster states about one of its nodes; undefined as long as its agent has made no tunnel, or the node is gone.
 *
 * Only endpoints with an address of that very Node object are stated: an agent must not lead the traffic for its node to another machine.
 */
export const nodeBodyOf = (sliceNode: SliceNode | undefined, node: Node | undefined): NodeBody | undefined => {
  const status = sliceNode?.status;
  if (sliceNode === undefined || status?.publicKey === undefined || status.router === undefined || status.endpoints === undefined)
    return undefined;
  const addresses = new Set(node?.status?.addresses?.map(({ address }) => address));
  return {
    node: sliceNode.spec.node,
    publicKey: status.publicKey,
    endpoints: status.endpoints.filter(({ address }) => addresses.has(address)),
    blocks: sliceNode.spec.blocks,
    addresses: [status.router],
  };
};
