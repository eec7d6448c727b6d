import { type Cidr, containsIp, formatCidr, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint, liesIn } from '../../values/address/cidr-space.ts';
import { familyOf, formatIp, type Ip, parseIp } from '../../values/address/ip.ts';
import { routerAddress } from '../../values/address/usable-addresses.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { clusterOf, keyOwner, type Ledger, refKey, statementOf } from '../ledger/ledger.ts';
import { blockHolder } from '../ledger/node-blocks.ts';
import type { NodeBody } from '../statement/node.ts';
import type { Statement } from '../statement/statement.ts';
import { type DelegationRefusal, refusal } from './refusal.ts';

/** The rules for a statement about a node. */
export const checkNode = (
  { cluster, body }: Statement<'Node'>,
  ledger: Ledger,
  context: ExchangeContext,
): DelegationRefusal | undefined => {
  const who = `Node "${body.node}" of cluster "${cluster}"`;
  const blocks = body.blocks.map(parseCidr);
  return (
    checkBlocks(who, cluster, body.node, blocks, ledger) ??
    checkAddresses(who, body, blocks) ??
    checkKey(who, cluster, body, ledger) ??
    checkEndpoints(who, body, context.subnet)
  );
};

const checkBlocks = (
  who: string,
  cluster: string,
  name: string,
  blocks: readonly Cidr[],
  ledger: Ledger,
): DelegationRefusal | undefined => {
  const claimKey = refKey({ kind: 'Cluster', cluster, subject: cluster });
  if (statementOf(ledger, 'Cluster', cluster, cluster) === undefined)
    return refusal('ClusterUnknown', [claimKey], `${who} waits for the statement of its cluster about the blocks that it uses.`);
  const { owned, nodeBlocks } = clusterOf(ledger, cluster);
  const outside = blocks.find((block) => !liesIn(owned, block));
  if (outside !== undefined) {
    return refusal(
      'BlockOutsideCluster',
      [claimKey],
      `${who} claims ${formatCidr(outside)}, which is outside the blocks of its cluster; no traffic is sent there.`,
    );
  }
  if (!areDisjoint(blocks)) return refusal('BlockTaken', [], `${who} claims blocks that overlap one another; no traffic is sent there.`);
  for (const block of blocks) {
    const other = blockHolder(nodeBlocks, block, name);
    if (other === undefined) continue;
    return refusal(
      'BlockTaken',
      [refKey({ kind: 'Node', cluster, subject: other })],
      `${who} claims ${formatCidr(block)}, which node "${other}" claimed before; the newcomer is refused until one of them gives it up.`,
    );
  }
  return undefined;
};

const checkAddresses = (who: string, body: NodeBody, blocks: readonly Cidr[]): DelegationRefusal | undefined => {
  const wrong = body.addresses.find((address) => {
    const family = familyOf(parseIp(address));
    const own = routerAddress(blocks.filter(({ base }) => familyOf(base) === family));
    return own === undefined || formatIp(own) !== address;
  });
  if (wrong === undefined) return undefined;
  return refusal(
    'RouterOutsideNode',
    [],
    `${who} gives ${wrong} as its own address, which is not the first of its blocks; it is not used.`,
  );
};

const checkKey = (who: string, cluster: string, body: NodeBody, ledger: Ledger): DelegationRefusal | undefined => {
  const owner = keyOwner(ledger, body.publicKey, { cluster, node: body.node });
  if (owner === undefined) return undefined;
  return refusal(
    'KeyTaken',
    [refKey({ kind: 'Node', cluster: owner.cluster, subject: owner.node })],
    `${who} claims the tunnel key of node "${owner.node}" of cluster "${owner.cluster}"; it is refused until that node has another key.`,
  );
};

/** Networks that cannot hold a tunnel endpoint of another machine: this host, link-local, multicast, reserved and IPv4 in IPv6 (RFC 6890). */
const unreachable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', '::ffff:0:0/96', 'fe80::/10', 'ff00::/8'].map(
  parseCidr,
);

const isReachable = (address: Ip, subnet: Cidr): boolean =>
  !containsIp(subnet, address) && !unreachable.some((network) => containsIp(network, address));

const checkEndpoints = (who: string, body: NodeBody, subnet: Cidr): DelegationRefusal | undefined => {
  const bad = body.endpoints.find(({ address }) => !isReachable(parseIp(address), subnet));
  if (bad === undefined) return undefined;
  return refusal(
    'EndpointUnusable',
    [],
    `${who} gives ${bad.address} as tunnel endpoint, which cannot be reached from another node outside the slice; it is not used.`,
  );
};
