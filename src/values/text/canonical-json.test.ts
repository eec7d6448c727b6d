import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts';

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};

describe('canonicalJson', () => {
  it.each([
    [null, 'null'],
    [true, 'true'],
    [-0, '0'],
    [1e21, '1e+21'],
    [Number('333333333.33333329'), '333333333.3333333'],
    [1e-27, '1e-27'],
    ['€$\u000F\nA\'B"\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\"/"'],
    [[56, { d: true, '10': null, '1': [] }], '[56,{"1":[],"10":null,"d":true}]'],
    // RFC 8785 §3.2.3: sorted by UTF-16 code units, so the emoji (surrogates d83d) sorts before U+FB33.
    [
      { '\ufb33': 7, '\u{1f600}': 6, '\u20ac': 5, '\r': 1, '\u00f6': 4, '1': 2, '\u0080': 3 },
      '{"\\r":1,"1":2,"\u0080":3,"\u00f6":4,"\u20ac":5,"\u{1f600}":6,"\ufb33":7}',
    ],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', { a: Number.POSITIVE_INFINITY }],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['undefined in a list', [undefined]],
    ['a hole in a list', Object.assign([], { length: 2 })],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrowError(/Canonical JSON cannot hold/);
  });

  it('refuses nesting beyond the bound and allows it up to there', () => {
    const nested = (depth: number) => Array.from({ length: depth }).reduce((inner) => [inner], 1 as unknown);
    expect(canonicalJson(nested(32))).toHaveLength(65);
    expect(() => canonicalJson(nested(33))).toThrowError(/nested too deeply/);
    expect(() => parseCanonicalJson('['.repeat(200_000) + ']'.repeat(200_000))).toThrowError(/nested too deeply/);
  });

  it('loses nothing, does not depend on key order, and is a fixed point', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
      }),
    );
  });

  it('looks at each part once, so that its work is linear in the size', () => {
    const looks = (count: number): number => {
      let seen = 0;
      const watched = (content: object): object =>
        new Proxy(content, {
          get: (target, key, receiver) => {
            seen += 1;
            return Reflect.get(target, key, receiver);
          },
        });
      canonicalJson(
        watched(Array.from({ length: count }, (_, i) => watched({ pod: `pod-${i}`, address: `10.0.0.${i & 255}`, ready: true }))),
      );
      return seen;
    };
    expect(looks(2000)).toBeLessThan(11 * looks(200));
  });
});

describe('parseCanonicalJson', () => {
  it.each([
    ['spaces', '{"a": 1}'],
    ['unsorted keys', '{"b":1,"a":2}'],
    ['a key given twice', '{"a":1,"a":2}'],
    ['another spelling of a number', '{"a":1.0}'],
    ['another spelling of a text', '{"a":"\\u0061"}'],
    ['something after the end', '{"a":1}\n'],
    ['a number that is not one', '{"a":1e999}'],
    ['nothing', ''],
    ['half of it', '{"a":'],
  ])('refuses %s', (_what, text) => {
    try {
      parseCanonicalJson(text);
      expect.unreachable();
    } catch (error) {
      expect(Failure.is(error, 'InvalidInput')).toBe(true);
    }
  });
});
