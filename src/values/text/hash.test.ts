import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash8, sha256Hex, shortName } from './hash.ts';

it('is SHA-256', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex(Buffer.from('abc'), 12)).toBe('ba7816bf8f01');
  expect(hash8('abc')).toBe('ba7816bf');
});

describe('shortName', () => {
  it.each([
    ['app-slice', 15, 'app-slice'],
    ['exactly-15-long', 15, 'exactly-15-long'],
    ['a-very-long-slice-name', 15, 'a-very-'],
    ['aaaa--bbbbbbbbbbbbbbbbbb', 15, 'aaaa-'],
    ['a-deadbeef', 15, 'a-dead-'],
  ])('%s in %i characters begins %s', (name, max, start) => {
    const short = shortName(name, max);
    expect(short).toBe(short === name ? start : `${start}${hash8(name)}`);
  });

  it('fits, stays a label, and no chosen name equals the short form of another', () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 10, max: 20 }), (long, max) => {
        const short = shortName(long, max);
        expect(short.length).toBeLessThanOrEqual(max);
        expect(short).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        if (short !== long) expect(shortName(short, max)).not.toBe(short);
      }),
    );
  });
});
