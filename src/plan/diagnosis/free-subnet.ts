import { overlaps, parseCidr, readCidr } from '../../values/address/cidr.ts';

/** Private networks (RFC 1918) that are rarely in use, each large enough for a test of a few hundred nodes. */
const candidates = ['10.253.0.0/20', '10.254.16.0/20', '172.31.224.0/20', '192.168.224.0/20', '10.111.0.0/20', '172.19.128.0/20'];

/** A network for a temporary slice that overlaps none of the taken ones; undefined when all candidates do. */
export const freeSubnet = (taken: readonly string[]): string | undefined => {
  const used = taken.map(readCidr).flatMap((cidr) => ('base' in cidr ? [cidr] : []));
  return candidates.find((candidate) => !used.some((cidr) => overlaps(cidr, parseCidr(candidate))));
};
