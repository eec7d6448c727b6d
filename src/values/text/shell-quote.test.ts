import { describe, expect, test } from 'vitest';
import { shellQuote } from './shell-quote.ts';

describe('a word for sh', () => {
  test.each([
    ['plain', 'plain'],
    ['--a=b/c:d,e@f%g+h', '--a=b/c:d,e@f%g+h'],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['$(reboot)', "'$(reboot)'"],
    ['', "''"],
  ])('quotes %s', (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });
});
