import type { Verdict } from '../../api/condition.ts';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { type ClusterNetworks, overlappedNetwork } from '../cluster-networks.ts';

/**
 * Whether this cluster takes what the hub grants it. The hub looks at the same networks when a slice is made; here they are looked at again,
 * because a hub that was taken over could otherwise lay a slice over the cluster's own services and answer in their place.
 *
 * ```
 * the subnet meets no network of the cluster       accepted
 * it meets one, and the slice has no nodes yet     SubnetOverlap: nothing is made of it
 * it meets one, and the slice runs with it         accepted: a node that came later must not end what works
 * ```
 */
export const checkGrant = (grant: MembershipSpec, networks: ClusterNetworks, nodes: readonly SliceNode[]): Verdict => {
  const accepted: Verdict = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The grant of the hub is being acted on.' };
  if (nodes.some(({ spec }) => spec.sliceUID === grant.sliceUID && spec.sliceSubnet === grant.sliceSubnet)) return accepted;
  const met = overlappedNetwork(grant.sliceSubnet, networks);
  if (met === undefined) return accepted;
  return {
    type: 'Accepted',
    status: 'False',
    reason: 'SubnetOverlap',
    message: `The hub grants this cluster the slice with sliceSubnet ${grant.sliceSubnet}, which overlaps the ${met} of this very cluster; nothing is made of it. Use another subnet, or leave the cluster out.`,
  };
};
