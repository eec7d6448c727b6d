import { createHash } from 'node:crypto';

/** Hash of named texts: 16 hexadecimal digits, independent of the order of the names. */
export function contentKey(parts: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${Buffer.byteLength(value)}\0${value}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}
