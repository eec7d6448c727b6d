import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { containsIp, parseCidr } from '../../values/cidr.ts';
import { readIp } from '../../values/ip.ts';

/** Where a pod is in the slice. */
export interface Attachment {
  readonly address: string;
  readonly node: string;
}

/**
 * Where a pod is attached, among the nodes of the slice that say something about it.
 *
 * Only the node that the pod runs on is believed, and only an address from that node's own blocks: the agent of one node must not answer for
 * pods of others, nor have a whole export refused by the other clusters.
 */
export const attachmentOf = (pod: Pod, sliceNodes: readonly SliceNode[]): Attachment | undefined => {
  const own = sliceNodes.find(({ spec }) => spec.node === pod.spec?.nodeName);
  const address = own?.status?.pods?.[pod.metadata.uid ?? '']?.address;
  const ip = address === undefined ? undefined : readIp(address);
  if (own === undefined || address === undefined || ip === undefined || address === own.status?.router) return undefined;
  return own.spec.blocks.some((block) => containsIp(parseCidr(block), ip)) ? { address, node: own.spec.node } : undefined;
};
