import { parseIpv4 } from './ipv4.ts';

/** An IPv6 address as a 128-bit integer; `typeof` distinguishes it from an `Ipv4`. */
export type Ipv6 = bigint;

const hexGroup = /^[0-9a-f]{1,4}$/i;

/** The 16-bit groups of one side of `::`; a dotted IPv4 tail counts as two. `undefined` when a group is malformed. */
const groupsOf = (text: string, mayEndDotted: boolean): number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (hexGroup.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const dotted = mayEndDotted && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted === undefined) return undefined;
    groups.push(dotted >>> 16, dotted & 0xffff);
  }
  return groups;
};

/**
 * Reads the text forms of RFC 4291 §2.2: hexadecimal groups, one `::` for one or more zero groups, a dotted IPv4 tail.
 *
 * Zone identifiers (`%eth0`) are refused: they name an interface of one machine and mean nothing elsewhere. `undefined` means refused.
 */
export const parseIpv6 = (text: string): Ipv6 | undefined => {
  if (text.length < 2 || text.length > 45) return undefined;
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const head = groupsOf(sides[0] ?? '', sides.length === 1);
  const tail = sides.length === 2 ? groupsOf(sides[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array.from({ length: missing }, () => 0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
};

/** The canonical text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
export const formatIpv6 = (ip: Ipv6): string => {
  const groups = Array.from({ length: 8 }, (_, i) => Number((ip >> BigInt(112 - 16 * i)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
    i = Math.max(i, end - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
};
