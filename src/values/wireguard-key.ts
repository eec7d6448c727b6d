import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeBase64, encodeBase64 } from './text/base64.ts';

/** The DER header of a raw X25519 private key (RFC 8410 §7), because node:crypto imports keys in PKCS #8 only. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** True for the base64 of 32 bytes that are not all zero, the form in which `wg` reads and prints keys. */
export const isWireguardKey = (text: string): boolean =>
  text.length === 44 && decodeBase64(text)?.length === 32 && text !== 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** A new private key from 32 random bytes, clamped as `wg genkey` does (RFC 7748 §5). The caller supplies the randomness. */
export const wireguardPrivateKey = (random: (bytes: number) => Uint8Array): string => {
  const key = Uint8Array.from(random(32));
  key[0] = (key[0] ?? 0) & 248;
  key[31] = ((key[31] ?? 0) & 127) | 64;
  return encodeBase64(key);
};

/** The public key of a private key, equal to what `wg pubkey` prints; the argument must satisfy {@link isWireguardKey}. */
export const wireguardPublicKey = (privateKey: string): string => {
  const der = Buffer.concat([pkcs8Head, Buffer.from(privateKey, 'base64')]);
  const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
  return spki.subarray(-32).toString('base64');
};
