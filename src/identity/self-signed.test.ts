import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSelfSigned } from './self-signed.ts';

const now = Date.UTC(2026, 10, 29);

it('is a certificate that others can read, signed by its own key', () => {
  const { certificate, privateKey } = createSelfSigned('kubeslice-agent', '192.0.2.7', now, randomBytes);
  const read = new X509Certificate(certificate);
  expect(read.subject).toBe('CN=kubeslice-agent');
  expect(read.subjectAltName).toBe('DNS:kubeslice-agent, IP Address:192.0.2.7');
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  expect(read.checkIP('192.0.2.7')).toBe('192.0.2.7');
  expect(read.ca).toBe(false);
  expect(Date.parse(read.validFrom)).toBe(now - 86_400_000);
});

it('is readable whatever the serial number and the clock, and without an address', () => {
  for (const first of [0x00, 0x7f, 0x80, 0xff]) {
    for (const when of [0, now, Date.UTC(2049, 11, 31), Date.UTC(2080, 0, 1)]) {
      const { certificate } = createSelfSigned('kubeslice-dns', undefined, when, (bytes) => Buffer.alloc(bytes, first));
      const read = new X509Certificate(certificate);
      expect(read.serialNumber).toHaveLength(32);
      expect(Date.parse(read.validTo) - when).toBe(3_650 * 86_400_000);
      expect(read.subjectAltName).toBe('DNS:kubeslice-dns');
    }
  }
});
