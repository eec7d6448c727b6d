import type { ClusterStatus } from '../../api/cluster/type.ts';
import { overlaps, parseCidr, readCidr } from '../../values/address/cidr.ts';

/** The own networks of a cluster. */
export type ClusterNetworks = Pick<ClusterStatus, 'cniSubnet' | 'serviceSubnet' | 'nodeIPs'>;

/**
 * The first of a cluster's own networks that overlaps a slice's subnet, as text such as `pod network 10.244.0.0/24`: pods of the slice could no
 * longer reach that network, and it would be confused with members of the slice.
 */
export const overlappedNetwork = (sliceSubnet: string, networks: ClusterNetworks | undefined): string | undefined => {
  const subnet = parseCidr(sliceSubnet);
  const named: [string, readonly string[]][] = [
    ['pod network', networks?.cniSubnet ?? []],
    ['service network', networks?.serviceSubnet ?? []],
    ['node address', (networks?.nodeIPs ?? []).map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`)],
  ];
  for (const [what, texts] of named) {
    const met = texts.find((text) => {
      const cidr = readCidr(text);
      return !('fault' in cidr) && overlaps(cidr, subnet);
    });
    if (met !== undefined) return `${what} ${met}`;
  }
  return undefined;
};
