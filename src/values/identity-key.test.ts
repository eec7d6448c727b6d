import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { isIdentityKey } from './identity-key.ts';

const publicKey = (namedCurve: string): string =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

it('is the base64 of a P-256 public key and nothing else', () => {
  const key = publicKey('P-256');
  expect(isIdentityKey(key)).toBe(true);
  for (const other of ['', publicKey('P-384'), publicKey('secp256k1'), `${key}\n`, key.slice(0, -1), `A${key.slice(1)}`, ` ${key}`])
    expect(isIdentityKey(other)).toBe(false);
});
