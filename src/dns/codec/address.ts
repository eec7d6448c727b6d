import { isIPv4, isIPv6 } from 'node:net';
import { Failure } from '../../values/failure.ts';
import { readWord } from './integers.ts';

/** The 4 bytes of a dotted IPv4 address; anything else is refused with `InvalidInput`. */
export const ipv4Bytes = (address: string): Uint8Array => {
  if (!isIPv4(address)) throw new Failure('InvalidInput', `"${address}" is not an IPv4 address.`);
  return Uint8Array.from(address.split('.'), Number);
};

/** The dotted form of 4 bytes. */
export const ipv4Text = (bytes: Uint8Array): string => bytes.join('.');

/** The 16 bytes of an IPv6 address without zone, in any form of RFC 4291 §2.2; anything else is refused with `InvalidInput`. */
export const ipv6Bytes = (address: string): Uint8Array => {
  if (!isIPv6(address) || address.includes('%')) throw new Failure('InvalidInput', `"${address}" is not an IPv6 address.`);
  const [head = '', tail] = address.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from<number>({ length: 8 - before.length - after.length }).fill(0);
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]));
};

const groups = (text: string): readonly number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(group);
        return [(a << 8) | b, (c << 8) | d];
      });

/** The canonical form (RFC 5952) of 16 bytes: lower case, the longest run of two or more zero groups left out. */
export const ipv6Text = (bytes: Uint8Array): string => {
  const words = Array.from({ length: 8 }, (_, index) => readWord(bytes, index * 2));
  let start = -1;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (words[to] === 0) to++;
    if (to - from > length) {
      start = from;
      length = to - from;
    }
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  return start === -1 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
};
