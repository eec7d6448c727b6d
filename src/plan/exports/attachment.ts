import type { SliceNode } from '../../api/slicenode/type.ts';
import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';
import type { Pod } from '../../values/builtin/pod.ts';

/** The place of a pod in the slice. */
export interface Attachment {
  readonly address: string;
  readonly node: string;
}

/**
 * Where a pod is attached, by the reports of the slice's nodes.
 *
 * Only the report of the pod's own node counts, and only an address from that node's own blocks. So the agent of one node cannot report pods of
 * others, nor cause other clusters to refuse a whole export.
 */
export const attachmentOf = (pod: Pod, sliceNodes: readonly SliceNode[]): Attachment | undefined => {
  const own = sliceNodes.find(({ spec }) => spec.node === pod.spec?.nodeName);
  const address = own?.status?.pods?.[pod.metadata.uid ?? '']?.address;
  const ip = address === undefined ? undefined : readIp(address);
  if (own === undefined || address === undefined || ip === undefined || address === own.status?.router) return undefined;
  return own.spec.blocks.some((block) => containsIp(parseCidr(block), ip)) ? { address, node: own.spec.node } : undefined;
};
