import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import { describe, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { compareIp, familyOf, formatIp, parseIp, plusIp, readIp, widthOf } from './ip.ts';
import { formatIpv6 } from './ipv6.ts';

const v4 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const v6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
/** IPv6 addresses with long runs of zeros, where compression matters. */
const sparseV6 = fc
  .array(fc.constantFrom(0n, 0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce<bigint>((value, group) => (value << 16n) | group, 0n));

describe('IPv4 text', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.0.0.1', 0x0a000001],
    ['255.255.255.255', 2 ** 32 - 1],
    ['192.168.10.20', 0xc0a80a14],
  ])('reads %s', (text, value) => {
    expect(readIp(text)).toBe(value);
    expect(formatIp(value)).toBe(text);
  });

  it.each([
    '',
    '10',
    '10.1',
    '10.0.0',
    '10.0.0.0.0',
    '010.0.0.1',
    '10.0.0.01',
    '10.0.0.00',
    '0x7f.0.0.1',
    '10.0.0.256',
    '10.0.0.-1',
    '10..0.1',
    '.10.0.0.1',
    '10.0.0.1.',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '10.0.0.1\n',
    '10.0.0.1/8',
    '١.0.0.1',
    '1e1.0.0.1',
  ])('refuses %j', (text) => {
    expect(readIp(text)).toBeUndefined();
  });

  it('agrees with ip-address on every address', () => {
    fc.assert(
      fc.property(v4, (value) => {
        const text = formatIp(value);
        expect(text).toBe(Address4.fromBigInt(BigInt(value)).correctForm());
        expect(readIp(text)).toBe(value);
      }),
    );
  });

  it('accepts of near misses only what ip-address accepts', () => {
    const piece = fc.constantFrom('0', '1', '10', '255', '256', '00', '01', '', '.', ' ', 'a');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('.', ''), (pieces, separator) => {
        const text = pieces.join(separator);
        if (readIp(text) !== undefined) expect(Address4.isValid(text)).toBe(true);
      }),
    );
  });
});

describe('IPv6 text', () => {
  it.each([
    ['::', 0n, '::'],
    ['::1', 1n, '::1'],
    ['1::', 1n << 112n, '1::'],
    ['2001:DB8::0:1', (0x20010db8n << 96n) | 1n, '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', (1n << 112n) | (2n << 64n) | 3n, '1:0:0:2::3'],
    ['1:0:0:2:0:0:3:4', (1n << 112n) | (2n << 64n) | (3n << 16n) | 4n, '1::2:0:0:3:4'],
    ['1:0:2:3:4:5:6:7', (1n << 112n) | (0x00020003000400050006n << 16n) | 7n, '1:0:2:3:4:5:6:7'],
    ['::ffff:10.0.0.1', 0xffff0a000001n, '::ffff:a00:1'],
    ['1:2:3:4:5:6:10.0.0.1', 0x00010002000300040005000600000000n | 0x0a000001n, '1:2:3:4:5:6:a00:1'],
  ])('reads %s', (text, value, canonical) => {
    expect(readIp(text)).toBe(value);
    expect(formatIp(value)).toBe(canonical);
  });

  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    'fe80::1%eth0',
    '[::1]',
    '::g',
    '::12345',
    '::10.0.0.01',
    '10.0.0.1::',
    '::10.0.0.1:1',
    ' ::1',
    '::1 ',
  ])('refuses %j', (text) => {
    expect(readIp(text)).toBeUndefined();
  });

  it('agrees with ip-address on every address', () => {
    fc.assert(
      fc.property(fc.oneof(v6, sparseV6), (value) => {
        const text = formatIpv6(value);
        expect(text).toBe(Address6.fromBigInt(value).correctForm());
        expect(readIp(text)).toBe(value);
      }),
    );
  });

  it('accepts of near misses only what ip-address accepts', () => {
    const piece = fc.constantFrom('0', '1', 'ffff', 'fffff', ':', '::', '1.2.3.4', '%0', '');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), fc.constantFrom(':', ''), (pieces, separator) => {
        const text = pieces.join(separator);
        const own = readIp(text);
        if (typeof own === 'bigint') expect(new Address6(text).bigInt()).toBe(own);
      }),
      { numRuns: 500 },
    );
  });
});

describe('either family', () => {
  it('names the text it refuses', () => {
    expect(() => parseIp('10.0.0.300')).toThrowError(/"10\.0\.0\.300" is not an IP address; write it like/);
    try {
      parseIp('x');
    } catch (error) {
      expect(Failure.is(error, 'InvalidInput')).toBe(true);
    }
  });

  it('tells families apart and counts on', () => {
    expect([familyOf(1), familyOf(1n), widthOf(1), widthOf(1n)]).toEqual([4, 6, 32, 128]);
    expect([plusIp(1, 2), plusIp(1n, 2)]).toEqual([3, 3n]);
  });

  it('orders IPv4 before IPv6 and each by value', () => {
    expect([2n, 2, 1n, 1].toSorted(compareIp)).toEqual([1, 2, 1n, 2n]);
    expect(compareIp(1, 1)).toBe(0);
  });
});
