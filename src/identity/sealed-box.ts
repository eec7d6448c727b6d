import { createCipheriv, createDecipheriv, createECDH, type ECDH, hkdfSync } from 'node:crypto';
import { Failure } from '../values/failure.ts';
import { decodeBase64, encodeBase64 } from '../values/text/base64.ts';

const curve = 'prime256v1';
const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** A key pair for one exchange; the private part never leaves the process. */
export interface EphemeralKey {
  /** The point, uncompressed (SEC 1 §2.3.3), base64. */
  readonly publicKey: string;
  readonly exchange: ECDH;
}

/** Makes a fresh P-256 key pair. */
export const ephemeralKey = (): EphemeralKey => {
  const exchange = createECDH(curve);
  return { publicKey: encodeBase64(exchange.generateKeys()), exchange };
};

/** A text that only the holder of one private key can read. */
export interface SealedBox {
  /** Public key of the sender, as in {@link EphemeralKey}. */
  readonly publicKey: string;
  /** Initialisation vector, ciphertext and tag, base64. */
  readonly sealed: string;
}

const keyOf = (own: EphemeralKey, other: string, context: string, salt: string): Buffer => {
  const point = decodeBase64(other);
  if (point === undefined) throw new Failure('InvalidInput', 'The public key is not base64.');
  let shared: Buffer;
  try {
    shared = own.exchange.computeSecret(point);
  } catch (cause) {
    throw new Failure('InvalidInput', 'The public key is not a point of P-256.', { cause });
  }
  return Buffer.from(hkdfSync('sha256', shared, salt, context, 32));
};

/**
 * Seals a text to a public key: ECDH P-256 with a fresh key, HKDF-SHA256 (RFC 5869), AES-256-GCM (SP 800-38D). The recipient must name the same
 * context, so that a box of one exchange is useless in another. A key seals one box only, so the initialisation vector is a constant. Throws
 * `InvalidInput` for a key that is not a point of the curve.
 */
export const seal = (text: string, recipient: string, context: string): SealedBox => {
  const own = ephemeralKey();
  const iv = Buffer.alloc(ivBytes);
  const encrypt = createCipheriv(cipher, keyOf(own, recipient, context, own.publicKey), iv, { authTagLength: tagBytes });
  encrypt.setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([encrypt.update(text, 'utf8'), encrypt.final()]);
  return { publicKey: own.publicKey, sealed: encodeBase64(Buffer.concat([iv, body, encrypt.getAuthTag()])) };
};

/** Opens a box. Throws `InvalidInput` when it was sealed to another key or in another context, or when it was altered. */
export const unseal = (box: SealedBox, own: EphemeralKey, context: string): string => {
  const bytes = Buffer.from(decodeBase64(box.sealed) ?? []);
  if (bytes.length < ivBytes + tagBytes) throw new Failure('InvalidInput', 'The sealed text is too short.');
  const decrypt = createDecipheriv(cipher, keyOf(own, box.publicKey, context, box.publicKey), bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decrypt.setAAD(Buffer.from(context, 'utf8'));
  decrypt.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decrypt.update(bytes.subarray(ivBytes, -tagBytes)), decrypt.final()]).toString('utf8');
  } catch (cause) {
    throw new Failure('InvalidInput', 'The sealed text was not sealed for this request, or was changed on the way.', { cause });
  }
};
