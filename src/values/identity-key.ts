import { decodeBase64 } from './text/base64.ts';

/** SubjectPublicKeyInfo of a P-256 key (RFC 5480 §2) up to the point, which is uncompressed. */
const head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

/**
 * True for the public key by which a node proves who it is: the base64 of the SubjectPublicKeyInfo (DER) of a P-256 key. Every key has exactly one
 * such text. Whether the point is one of the curve shows only when the key is used.
 */
export const isIdentityKey = (text: string): boolean => {
  if (text.length !== 124) return false;
  const bytes = decodeBase64(text);
  return bytes?.length === 91 && head.equals(bytes.subarray(0, head.length));
};
