import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './text/base64.ts';
import { isWireguardKey, wireguardPrivateKey, wireguardPublicKey } from './wireguard-key.ts';

describe('base64', () => {
  it('reads what it writes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => Buffer.compare(decodeBase64(encodeBase64(bytes)) ?? Buffer.of(1, 2), bytes) === 0));
  });

  it.each(['a', 'YQ', 'YQ=', 'YR==', 'YQ==\n', ' YQ==', 'Y-_=', 'YQ==YQ==', '!!!!'])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

describe('WireGuard keys', () => {
  it('derives the public keys of RFC 7748 §6.1', () => {
    const alice = Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex').toString('base64');
    const bob = Buffer.from('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb', 'hex').toString('base64');
    const hex = (key: string) => Buffer.from(key, 'base64').toString('hex');
    expect(hex(wireguardPublicKey(alice))).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(hex(wireguardPublicKey(bob))).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
  });

  it('clamps and gives keys that are accepted', () => {
    const key = wireguardPrivateKey(() => new Uint8Array(32).fill(255));
    const bytes = decodeBase64(key);
    expect([bytes?.[0], bytes?.[31]]).toEqual([248, 127]);
    const zeros = decodeBase64(wireguardPrivateKey(() => new Uint8Array(32)));
    expect([zeros?.[0], zeros?.[31]]).toEqual([0, 64]);
    expect(isWireguardKey(wireguardPublicKey(key))).toBe(true);
    expect(wireguardPublicKey(wireguardPrivateKey(randomBytes))).not.toBe(wireguardPublicKey(key));
  });

  it.each(['', 'abc', 'A'.repeat(44), `${'A'.repeat(43)}=`, `${'A'.repeat(42)}B=`, `${'B'.repeat(44)}=`, `${'B'.repeat(42)}A=\n`])(
    'refuses %j',
    (text) => {
      expect(isWireguardKey(text)).toBe(false);
    },
  );
});
