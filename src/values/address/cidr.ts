import { Failure } from '../failure.ts';
import { compareIp, familyOf, formatIp, type Ip, readIp, widthOf } from './ip.ts';

/** A block of addresses: the first one, which has no bit set after the prefix, and the prefix length. */
export interface Cidr {
  readonly base: Ip;
  readonly prefix: number;
}

/** Why a text is not a CIDR block. `host-bits` is separate because its remedy is known. */
export interface CidrFault {
  readonly fault: 'form' | 'address' | 'prefix' | 'host-bits';
  /** One sentence that names the text and the remedy. */
  readonly message: string;
}

const span = (like: Ip, prefix: number): Ip => (typeof like === 'number' ? 2 ** (32 - prefix) : 1n << BigInt(128 - prefix));

/** The block of that prefix length in which an address lies. */
export const cidrAround = (ip: Ip, prefix: number): Cidr => {
  const size = span(ip, prefix);
  if (typeof ip === 'number' && typeof size === 'number') return { base: ip - (ip % size), prefix };
  return { base: BigInt(ip) - (BigInt(ip) % BigInt(size)), prefix };
};

/** The canonical text of a block. */
export const formatCidr = (cidr: Cidr): string => `${formatIp(cidr.base)}/${cidr.prefix}`;

/**
 * Reads a block in CIDR notation (RFC 4632, RFC 4291 §2.3) strictly: no leading zeros, no spaces, no zone, no bits after the prefix.
 * So every reader of an accepted text sees the same block.
 */
export const readCidr = (text: string): Cidr | CidrFault => {
  const parts = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text);
  if (parts === null) {
    return {
      fault: 'form',
      message: `"${text}" is not an address block; write an address, a slash and a prefix length, like 10.0.0.0/16.`,
    };
  }
  const ip = readIp(parts[1] ?? '');
  if (ip === undefined) {
    return {
      fault: 'address',
      message: `"${text}" does not begin with an IP address; write a block like 10.0.0.0/16, without leading zeros.`,
    };
  }
  const prefix = Number(parts[2]);
  if (prefix > widthOf(ip)) {
    return {
      fault: 'prefix',
      message: `"${text}" has a prefix longer than the ${widthOf(ip)} bits of an IPv${familyOf(ip)} address; use /${widthOf(ip)} or less.`,
    };
  }
  const cidr = cidrAround(ip, prefix);
  if (cidr.base !== ip) {
    return { fault: 'host-bits', message: `"${text}" has address bits set after its /${prefix}; write ${formatCidr(cidr)}.` };
  }
  return cidr;
};

/** Reads a block as {@link readCidr} does, or throws `InvalidInput` with the message of the fault. */
export const parseCidr = (text: string): Cidr => {
  const cidr = readCidr(text);
  if ('fault' in cidr) throw new Failure('InvalidInput', cidr.message);
  return cidr;
};

/** How many addresses a block has; exact up to 2⁵³, that is for every IPv4 block and for IPv6 from /75 on. */
export const cidrSize = (cidr: Cidr): number => 2 ** (widthOf(cidr.base) - cidr.prefix);

/** The last address of a block. */
export const lastIp = (cidr: Cidr): Ip => {
  const size = span(cidr.base, cidr.prefix);
  if (typeof cidr.base === 'number' && typeof size === 'number') return cidr.base + size - 1;
  return BigInt(cidr.base) + BigInt(size) - 1n;
};

/** True when the address lies in the block. */
export const containsIp = (cidr: Cidr, ip: Ip): boolean => typeof cidr.base === typeof ip && ip >= cidr.base && ip <= lastIp(cidr);

/** True when every address of `inner` lies in `outer`; a block contains itself. */
export const containsCidr = (outer: Cidr, inner: Cidr): boolean => outer.prefix <= inner.prefix && containsIp(outer, inner.base);

/** True when the blocks share an address; two blocks that overlap are always one inside the other. */
export const overlaps = (a: Cidr, b: Cidr): boolean => containsCidr(a, b) || containsCidr(b, a);

/** The two halves of a block, or `undefined` for a single address. */
export const halves = (cidr: Cidr): readonly [Cidr, Cidr] | undefined => {
  const prefix = cidr.prefix + 1;
  const half = span(cidr.base, prefix);
  if (prefix > widthOf(cidr.base)) return undefined;
  const upper = typeof cidr.base === 'number' ? cidr.base + Number(half) : cidr.base + BigInt(half);
  return [
    { base: cidr.base, prefix },
    { base: upper, prefix },
  ];
};

/** Ascending by first address; of two blocks with the same first address, the larger comes first. */
export const compareCidr = (a: Cidr, b: Cidr): number => compareIp(a.base, b.base) || a.prefix - b.prefix;
