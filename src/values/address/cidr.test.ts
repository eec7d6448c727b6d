import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import { describe, expect, it } from 'vitest';
import {
  type Cidr,
  cidrAround,
  cidrSize,
  compareCidr,
  containsCidr,
  containsIp,
  formatCidr,
  halves,
  lastIp,
  overlaps,
  parseCidr,
  readCidr,
} from './cidr.ts';
import { formatIp, type Ip, parseIp } from './ip.ts';

const cidr4 = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([ip, prefix]) => cidrAround(ip, prefix));
const cidr6 = fc
  .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 128 }))
  .map(([ip, prefix]) => cidrAround(ip, prefix));
const anyCidr = fc.oneof(cidr4, cidr6);
const oracle = (cidr: Cidr) => (typeof cidr.base === 'number' ? new Address4(formatCidr(cidr)) : new Address6(formatCidr(cidr)));

describe('CIDR text', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/16', '10.1.2.3/32', '::/0', '2001:db8::/32', '::1/128'])('reads %s', (text) => {
    expect(formatCidr(parseCidr(text))).toBe(text);
  });

  it.each([
    ['10.0.0.0', 'form'],
    ['10.0.0.0/', 'form'],
    ['10.0.0.0/016', 'form'],
    ['10.0.0.0/+8', 'form'],
    ['10.0.0.0/8/8', 'form'],
    ['10.0.0.0 /8', 'address'],
    ['10.0.0.0/8 ', 'form'],
    ['10.0.0.0/8\n', 'form'],
    ['10.0.0.0/255.0.0.0', 'form'],
    ['/8', 'address'],
    ['10.0/8', 'address'],
    ['010.0.0.0/8', 'address'],
    ['fe80::%1/64', 'address'],
    ['10.0.0.0/33', 'prefix'],
    ['::/129', 'prefix'],
    ['10.0.1.0/16', 'host-bits'],
    ['2001:db8::1/32', 'host-bits'],
  ])('refuses %j for its %s', (text, fault) => {
    const seen = readCidr(text);
    expect(seen).toMatchObject({ fault });
    expect('message' in seen && seen.message).toContain(JSON.stringify(text).slice(1, -3));
  });

  it('gives the remedy for host bits', () => {
    expect(() => parseCidr('10.0.1.0/16')).toThrowError('"10.0.1.0/16" has address bits set after its /16; write 10.0.0.0/16.');
  });
});

describe('CIDR arithmetic', () => {
  it('agrees with ip-address on first, last and containment', () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        expect(formatIp(a.base)).toBe(oracle(a).startAddress().correctForm());
        expect(formatIp(lastIp(a))).toBe(oracle(a).endAddress().correctForm());
        if (typeof a.base === typeof b.base) {
          expect(containsCidr(a, b)).toBe(oracle(b).isInSubnet(oracle(a)));
          expect(containsIp(a, b.base)).toBe(oracle({ base: b.base, prefix: typeof b.base === 'number' ? 32 : 128 }).isInSubnet(oracle(a)));
        } else {
          expect(overlaps(a, b)).toBe(false);
        }
        expect(parseCidr(formatCidr(a))).toEqual(a);
      }),
    );
  });

  it('finds an overlap exactly when an end of one lies in the other', () => {
    fc.assert(
      fc.property(cidr4, cidr4, (a, b) => {
        const shared = containsIp(a, b.base) || containsIp(a, lastIp(b)) || containsIp(b, a.base) || containsIp(b, lastIp(a));
        expect(overlaps(a, b)).toBe(shared);
        expect(overlaps(b, a)).toBe(shared);
      }),
    );
  });

  it('halves into two that do not overlap and cover all', () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        const parts = halves(cidr);
        if (parts === undefined) {
          expect(cidrSize(cidr)).toBe(1);
          return;
        }
        expect(parts[0].base).toBe(cidr.base);
        expect(lastIp(parts[1])).toBe(lastIp(cidr));
        expect(BigInt(lastIp(parts[0])) + 1n).toBe(BigInt(parts[1].base));
      }),
    );
  });

  it('sizes', () => {
    expect(['0.0.0.0/0', '10.0.0.0/16', '10.0.0.1/32', '::/64'].map((text) => cidrSize(parseCidr(text)))).toEqual([
      2 ** 32,
      65536,
      1,
      2 ** 64,
    ]);
  });

  it('orders by address, the larger block first', () => {
    const texts = ['10.0.1.0/24', '10.0.0.0/24', '::/0', '10.0.0.0/16'];
    const expected = ['10.0.0.0/16', '10.0.0.0/24', '10.0.1.0/24', '::/0'];
    expect(texts.map(parseCidr).toSorted(compareCidr).map(formatCidr)).toEqual(expected);
  });

  it('reads and compares in well under a microsecond or two', () => {
    const ips: Ip[] = [parseIp('10.0.77.3'), parseIp('10.1.0.0')];
    const outer = parseCidr('10.0.0.0/16');
    const start = process.threadCpuUsage().user;
    let inside = 0;
    for (let i = 0; i < 100_000; i++) if (containsIp(outer, ips[i & 1] ?? 0)) inside++;
    expect(inside).toBe(50_000);
    expect((process.threadCpuUsage().user - start) / 100_000).toBeLessThan(5);
  });
});
