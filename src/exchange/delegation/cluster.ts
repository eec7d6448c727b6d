import { formatCidr, parseCidr } from '../../values/address/cidr.ts';
import { liesIn, meeting, mergeCidrs } from '../../values/address/cidr-space.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { clusterOf, type Ledger, refKey } from '../ledger/ledger.ts';
import type { Statement } from '../statement/statement.ts';
import { type DelegationRefusal, refusal } from './refusal.ts';

/**
 * The rules for a statement of a cluster about itself.
 * The hub grants blocks, but cannot revoke them: a block belongs to its cluster until that cluster gives it up, or until an administrator of this
 * cluster forgets the other one. Otherwise a hub could redirect the traffic of one cluster to another. While the grant of a cluster is unknown, the
 * cluster keeps its blocks and gets no more: statements also arrive from other members, who grant nothing.
 */
export const checkCluster = (
  { cluster, body }: Statement<'Cluster'>,
  ledger: Ledger,
  context: ExchangeContext,
): DelegationRefusal | undefined => {
  const blocks = body.blocks.map(parseCidr);
  const outside = blocks.find((block) => !liesIn(context.pods, block));
  if (outside !== undefined) {
    return refusal(
      'BlockOutsideSubnet',
      [],
      `Cluster "${cluster}" claims ${formatCidr(outside)}, which is outside the pod addresses of sliceSubnet ${formatCidr(context.subnet)}; the claim is not used.`,
    );
  }
  const member = context.member(cluster);
  const space = member === 'unknown' || member === undefined ? clusterOf(ledger, cluster).owned : mergeCidrs(member.blocks);
  const extra = blocks.find((block) => !liesIn(space, block));
  if (extra !== undefined) {
    return refusal(
      'BlockNotGranted',
      [`Membership/${cluster}`],
      `Cluster "${cluster}" claims ${formatCidr(extra)}, which the hub did not grant it; the claim is not used.`,
    );
  }
  for (const [other, { owned }] of ledger.clusters) {
    if (other === cluster) continue;
    const taken = blocks.find((block) => meeting(owned, (their) => their, block).length > 0);
    if (taken === undefined) continue;
    return refusal(
      'BlockTaken',
      [refKey({ kind: 'Cluster', cluster: other, subject: other })],
      `Cluster "${cluster}" claims ${formatCidr(taken)}, which belongs to cluster "${other}" until that cluster gives it up; if "${other}" is gone for good, run "kubeslice trust forget ${other} --context <this cluster>".`,
    );
  }
  return undefined;
};
