import type { Cidr } from '../../../values/address/cidr.ts';

/** Where reverse names of IPv4 addresses are (RFC 1035 §3.5). */
const suffix = '.in-addr.arpa';

/** A reverse name: the block of addresses that it and the names below it are about. */
export interface ReverseName {
  /** The octets from the first of the address, one to four. */
  readonly octets: readonly number[];
  /** Whether the name is that of the block itself. A name below it that is no octet is the name of no address. */
  readonly isExact: boolean;
}

const octetOf = (label: string): number | undefined =>
  /^(?:0|[1-9][0-9]{0,2})$/.test(label) && Number(label) < 256 ? Number(label) : undefined;

/** Reads a name below `in-addr.arpa`, in lower case; undefined for any other name. */
export const readReverseName = (name: string): ReverseName | undefined => {
  if (!name.endsWith(suffix)) return undefined;
  const labels = name.slice(0, -suffix.length).split('.').toReversed();
  const octets: number[] = [];
  for (const label of labels.slice(0, 4)) {
    const octet = octetOf(label);
    if (octet === undefined) break;
    octets.push(octet);
  }
  return octets.length === 0 ? undefined : { octets, isExact: octets.length === labels.length };
};

/** The reverse name of a block that ends at an octet, by its octets from the first of the address. */
export const reverseNameOf = (octets: readonly number[]): string => `${octets.toReversed().join('.')}${suffix}`;

/** The block of one to four octets. */
export const blockOfOctets = (octets: readonly number[]): Cidr & { readonly base: number } => ({
  base: [0, 1, 2, 3].reduce((base, index) => base * 256 + (octets[index] ?? 0), 0),
  prefix: 8 * octets.length,
});

/** The four octets of an IPv4 address. */
export const octetsOf = (ip: number): readonly [number, number, number, number] => [
  Math.floor(ip / 2 ** 24),
  Math.floor(ip / 2 ** 16) % 256,
  Math.floor(ip / 2 ** 8) % 256,
  ip % 256,
];
