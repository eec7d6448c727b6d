import { createHash } from 'node:crypto';

/** SHA-256 of the UTF-8 bytes of a text, or of bytes, in lower-case hexadecimal; only the first `length` digits. */
export const sha256Hex = (content: string | Uint8Array, length = 64): string =>
  createHash('sha256').update(content).digest('hex').slice(0, length);

/** The first 8 hexadecimal digits of SHA-256: the suffix that distinguishes names that were cut. */
export const hash8 = (content: string): string => sha256Hex(content, 8);

const looksShortened = /-[0-9a-f]{8}$/;

/**
 * A name of at most `max` characters for `name`: the name itself if it fits, else its beginning, `-` and {@link hash8} of the whole name.
 * A name in shortened form is shortened too; otherwise a user could choose the very name to which another one is shortened. `max` is at least 10.
 */
export const shortName = (name: string, max: number): string => {
  if (name.length <= max && !looksShortened.test(name)) return name;
  const head = name.slice(0, max - 9).replace(/[-.]+$/, '');
  return `${head}-${hash8(name)}`;
};
