import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { parseIp } from '../../values/address/ip.ts';
import { ServiceAddresses } from './service-addresses.ts';

const range = parseCidr('10.0.240.0/20');
const ipOf = (addresses: ServiceAddresses, key: string): string | undefined => {
  const address = addresses.of(key);
  return 'ip' in address ? address.ip : undefined;
};

describe('service addresses', () => {
  it('stay with their imports, also when they are read again from what was stored, in any order', () => {
    const first = new ServiceAddresses(range, []);
    const stored = Array.from({ length: 300 }, (_, index) => [`ns/s${index}`, ipOf(first, `ns/s${index}`) ?? ''] as const);
    expect(new Set(stored.map(([, ip]) => ip)).size).toBe(300);
    for (const order of [stored, stored.toReversed()]) {
      const again = new ServiceAddresses(range, order);
      expect(stored.map(([key]) => [key, ipOf(again, key)])).toEqual(stored);
    }
  });

  it('are not given to another import soon after their release, and return with the import', () => {
    const addresses = new ServiceAddresses(range, []);
    const before = ipOf(addresses, 'ns/web');
    expect(addresses.release('ns/web')).toBe(true);
    expect(addresses.release('ns/web')).toBe(false);
    expect(ipOf(addresses, 'ns/other')).not.toBe(before);
    expect(ipOf(addresses, 'ns/web')).toBe(before);
  });

  it.each([
    ['outside of the range', [['ns/a', '10.0.0.1']]],
    ['no address', [['ns/a', 'web']]],
    [
      'of another import already',
      [
        ['ns/0', '10.0.240.7'],
        ['ns/a', '10.0.240.7'],
      ],
    ],
  ] as const)('that are stored are ignored: %s', (_, stored) => {
    const address = ipOf(new ServiceAddresses(range, stored), 'ns/a');
    expect(address).not.toBe(stored.at(-1)?.[1]);
    expect(address).toMatch(/^10\.0\.2[45]\d\./);
  });

  it.each([
    ['10.0.0.8/30', 4],
    ['10.0.0.15/32', 1],
    ['10.0.0.16/28', 14],
  ])('of a full range %s are refused, with its size, until one is released', (text, size) => {
    const addresses = new ServiceAddresses(parseCidr(text), []);
    for (let index = 0; index < size; index += 1) expect(ipOf(addresses, `ns/${index}`)).toBeDefined();
    expect(addresses.of('ns/more')).toEqual({ range: text, size });
    addresses.release('ns/0');
    expect(ipOf(addresses, 'ns/more')).toBeDefined();
  });

  it('are in the range and never given twice, whatever comes and goes', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 20 }), ends: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const small = parseCidr('10.0.0.16/28');
        const addresses = new ServiceAddresses(small, []);
        const held = new Map<string, string>();
        for (const { key, ends } of steps) {
          if (ends) {
            addresses.release(String(key));
            held.delete(String(key));
            continue;
          }
          const ip = ipOf(addresses, String(key));
          if (ip === undefined) continue;
          expect(held.get(String(key)) ?? ip).toBe(ip);
          held.set(String(key), ip);
          expect(containsIp(small, parseIp(ip))).toBe(true);
        }
        expect(new Set(held.values()).size).toBe(held.size);
      }),
    );
  });
});
