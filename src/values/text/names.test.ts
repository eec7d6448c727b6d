import { describe, expect, it } from 'vitest';
import { isDnsLabel, isDnsSubdomain } from './names.ts';

const long = (length: number) => 'a'.repeat(length);

describe('names', () => {
  it.each([
    ['a', true],
    ['east-1', true],
    ['1', true],
    [long(63), true],
    [long(64), false],
    ['', false],
    ['-a', false],
    ['a-', false],
    ['A', false],
    ['a.b', false],
    ['a_b', false],
    ['a\n', false],
    ['é', false],
  ])('DNS label %j: %s', (text, expected) => {
    expect(isDnsLabel(text)).toBe(expected);
  });

  it.each([
    ['a.b-c.d', true],
    ['a', true],
    ['a..b', false],
    ['.a', false],
    ['a.', false],
    ['a.-b', false],
    [`${long(126)}.${long(126)}`, true],
    [`${long(127)}.${long(126)}`, false],
  ])('DNS subdomain %j: %s', (text, expected) => {
    expect(isDnsSubdomain(text)).toBe(expected);
  });
});
