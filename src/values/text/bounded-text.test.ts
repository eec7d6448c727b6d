import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundedText } from './bounded-text.ts';

it.each([
  ['short', 20, 'short'],
  ['x'.repeat(20), 20, 'x'.repeat(20)],
  ['x'.repeat(21), 20, `${'x'.repeat(10)} … (cut)`],
  ['€'.repeat(7), 20, '€€€ … (cut)'],
  ['😀'.repeat(6), 20, '😀😀 … (cut)'],
])('%s in %d bytes is %s', (text, max, expected) => expect(boundedText(text, max)).toBe(expected));

it('never has more bytes, and begins as the text does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 12, max: 300 }), (text, max) => {
      const bounded = boundedText(text, max);
      expect(Buffer.byteLength(bounded)).toBeLessThanOrEqual(max);
      expect(bounded === text || text.startsWith(bounded.slice(0, -' … (cut)'.length))).toBe(true);
    }),
  );
});
