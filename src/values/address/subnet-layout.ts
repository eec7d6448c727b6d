import { Failure } from '../failure.ts';
import { type Cidr, cidrSize, lastIp, readCidr } from './cidr.ts';
import { subtractCidrs } from './cidr-space.ts';
import { familyOf } from './ip.ts';

/** How the subnet of a slice is cut. */
export interface SubnetLayout {
  readonly subnet: Cidr;
  /** Addresses of pods, nodes and clusters: the subnet without {@link services}. */
  readonly pods: readonly Cidr[];
  /** Service addresses; the range never overlaps a pod block. */
  readonly services: Cidr;
  /** Addresses in the first block of a cluster and in each further one: a power of two. */
  readonly clusterUnit: number;
  /** Addresses in the first block of a node and in each further one: a power of two. */
  readonly nodeUnit: number;
}

/** The last sixteenth of a subnet, for service addresses. */
export const serviceRange = (subnet: Cidr): Cidr => ({ base: lastSixteenth(subnet), prefix: subnet.prefix + 4 });

const lastSixteenth = (subnet: Cidr): Cidr['base'] => {
  const last = lastIp(subnet);
  return typeof last === 'number' ? last + 1 - cidrSize(subnet) / 16 : last + 1n - BigInt(cidrSize(subnet) / 16);
};

/**
 * Reads the subnet of a slice and cuts it.
 *
 * A subnet of 2ⁿ addresses gives clusters blocks of 2^(n/2), so that there are as many blocks as a block has addresses; a first node block is half of
 * that. Cluster blocks end at 1024 addresses and node blocks at 64: a cluster or node that needs more gets further blocks.
 *
 * ```
 * subnet     service range        cluster unit   cluster units   node unit   nodes in one cluster unit
 * /8         /12  1,048,576       /22  1024             15,360   /26  64     16
 * /12        /16     65,536       /22  1024                960   /26  64     16
 * /16        /20      4,096       /24   256                240   /26  64      4
 * /18        /22      1,024       /25   128                120   /26  64      2
 * /20        /24        256       /26    64                 60   /27  32      2
 * /22        /26         64       /27    32                 30   /28  16      2
 * /24        /28         16       /28    16                 15   /29   8      2
 * /26        /30          4       /29     8            7 and ½   /30   4      2
 * /28        /32          1       /30     4            3 and ¾   /31   2      2
 * ```
 *
 * Throws `InvalidInput` with field, value and remedy for anything but an IPv4 block of /8 to /28.
 */
export const subnetLayout = (sliceSubnet: string): SubnetLayout => {
  const subnet = readCidr(sliceSubnet);
  if ('fault' in subnet) throw new Failure('InvalidInput', `sliceSubnet ${subnet.message}`);
  if (familyOf(subnet.base) !== 4) {
    throw new Failure(
      'InvalidInput',
      `sliceSubnet "${sliceSubnet}" is IPv6, which slices do not support yet; use an IPv4 block like 10.0.0.0/16.`,
    );
  }
  if (subnet.prefix < 8 || subnet.prefix > 28) {
    const size = subnet.prefix < 8 ? 'larger than any private network' : 'too small for clusters with nodes and pods';
    throw new Failure('InvalidInput', `sliceSubnet "${sliceSubnet}" is ${size}; use a prefix from /8 to /28, like 10.0.0.0/16.`);
  }
  const services = serviceRange(subnet);
  const clusterBits = Math.min(10, Math.floor((32 - subnet.prefix) / 2));
  return {
    subnet,
    pods: subtractCidrs([subnet], [services]),
    services,
    clusterUnit: 2 ** clusterBits,
    nodeUnit: 2 ** Math.min(6, clusterBits - 1),
  };
};
