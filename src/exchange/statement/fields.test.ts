import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { line, toLine } from './fields.ts';

describe('a line of text', () => {
  it.each([
    ['control characters', 'a\u0000\nb'],
    ['formatting characters', 'a\u200bb\u202ec\ufeffd'],
    ['line and paragraph separators', 'a\u2028b\u2029c'],
    ['a character that the cut divides', 'x'.repeat(31) + '\u{1f600}'],
    ['half a character', 'a\ud83d'],
  ])('is made of any text, for example with %s', (_, text) => {
    const made = toLine(text, 32);
    expect(line(32).safeParse(made).success).toBe(true);
    expect(() => canonicalJson(made)).not.toThrow();
  });

  it('leaves a text as it is that is one already', () => expect(toLine('Größe 5 µs; 日本', 32)).toBe('Größe 5 µs; 日本'));
});
