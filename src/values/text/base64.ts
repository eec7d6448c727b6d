/** Standard base64 with padding (RFC 4648 §4). */
export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/**
 * Reads standard base64 strictly: padding is required, other characters and nonzero trailing bits are refused. Returns `undefined` when it refuses.
 * Node's own decoder skips unknown characters, so two different texts could stand for the same key.
 */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
};
