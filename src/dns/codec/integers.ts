/** The unsigned 16-bit number at `at`, most significant byte first. The caller has checked the bounds. */
export const readWord = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** The unsigned 32-bit number at `at`, most significant byte first. The caller has checked the bounds. */
export const readLong = (bytes: Uint8Array, at: number): number => readWord(bytes, at) * 0x10000 + readWord(bytes, at + 2);
