import { createHash } from 'node:crypto';

/** SHA-256 of the UTF-8 bytes of a text, or of bytes, in lower-case hexadecimal; `length` keeps the first digits only. */
export const sha256Hex = (content: string | Uint8Array, length = 64): string =>
  createHash('sha256').update(content).digest('hex').slice(0, length);

/** The first 8 hexadecimal digits of SHA-256: the suffix that keeps names apart where the whole name does not fit. */
export const hash8 = (content: string): string => sha256Hex(content, 8);

const looksShortened = /-[0-9a-f]{8}$/;

/**
 * A name of at most `max` characters that stands for `name`: the name itself where it fits, else its beginning, `-` and {@link hash8} of the whole.
 *
 * Names that already look shortened are shortened too: otherwise somebody could choose the very name that another is shortened to.
 * `max` is at least 10.
 */
export const shortName = (name: string, max: number): string => {
  if (name.length <= max && !looksShortened.test(name)) return name;
  const head = name.slice(0, max - 9).replace(/[-.]+$/, '');
  return `${head}-${hash8(name)}`;
};
