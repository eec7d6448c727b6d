import { Failure } from '../failure.ts';
import { formatIpv4, type Ipv4, parseIpv4 } from './ipv4.ts';
import { formatIpv6, type Ipv6, parseIpv6 } from './ipv6.ts';

/** An address of either family: a number is IPv4, a bigint is IPv6. Usable as a `Map` key. */
export type Ip = Ipv4 | Ipv6;

/** Reads an address of either family; `undefined` when the text is anything else. */
export const readIp = (text: string): Ip | undefined => (text.includes(':') ? parseIpv6(text) : parseIpv4(text));

/** Reads an address of either family, or throws `InvalidInput` with a message that names the text. */
export const parseIp = (text: string): Ip => {
  const ip = readIp(text);
  if (ip === undefined) throw new Failure('InvalidInput', `"${text}" is not an IP address; write it like 10.0.0.1 or 2001:db8::1.`);
  return ip;
};

/** The canonical text of an address. */
export const formatIp = (ip: Ip): string => (typeof ip === 'number' ? formatIpv4(ip) : formatIpv6(ip));

/** 4 or 6. */
export const familyOf = (ip: Ip): 4 | 6 => (typeof ip === 'number' ? 4 : 6);

/** The number of bits of an address of that family: 32 or 128. */
export const widthOf = (ip: Ip): 32 | 128 => (typeof ip === 'number' ? 32 : 128);

/** The address `count` after `ip`; the caller makes sure that it stays in the family. */
export const plusIp = (ip: Ip, count: number): Ip => (typeof ip === 'number' ? ip + count : ip + BigInt(count));

/** Ascending order, IPv4 before IPv6. */
export const compareIp = (a: Ip, b: Ip): number => {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
};
