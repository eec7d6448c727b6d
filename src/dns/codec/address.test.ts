import fc from 'fast-check';
import { Address6 } from 'ip-address';
import { expect, test } from 'vitest';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from './address.ts';

test.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', 'a.b.c.d', '::1'])('%j is no IPv4 address', (address) => {
  expect(() => ipv4Bytes(address)).toThrow('is not an IPv4 address');
});

test.each(['', '1.2.3.4', ':::', '1::2::3', 'fe80::1%eth0', '12345::'])('%j is no IPv6 address', (address) => {
  expect(() => ipv6Bytes(address)).toThrow('is not an IPv6 address');
});

test('IPv4 addresses survive the round trip', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(ipv4Text(ipv4Bytes(address))).toBe(address);
    }),
  );
});

test('IPv6 bytes and text agree with the oracle', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const oracle = new Address6(address);
      const bytes = ipv6Bytes(address);
      expect(Buffer.from(bytes).toString('hex')).toBe(oracle.canonicalForm().replaceAll(':', ''));
      expect(ipv6Text(bytes)).toBe(oracle.correctForm());
    }),
  );
});

test.each([
  ['::', '::'],
  ['0:0:1::', '0:0:1::'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
])('%s is written as %s', (given, canonical) => {
  expect(ipv6Text(ipv6Bytes(given))).toBe(canonical);
});
