import { describe, expect, it } from 'vitest';
import { dnsLabelFault, isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from './names.ts';

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
    expect(dnsLabelFault('cluster name', text) === undefined).toBe(expected);
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

  it.each([
    ['', true],
    ['A_b.c-d', true],
    ['_a', false],
    [long(64), false],
  ])('label value %j: %s', (text, expected) => {
    expect(isLabelValue(text)).toBe(expected);
  });

  it.each([
    ['kubeslice.io/slice', true],
    ['slice', true],
    ['a/b/c', false],
    ['/a', false],
    ['a/', false],
    ['A.b/c', false],
  ])('qualified name %j: %s', (text, expected) => {
    expect(isQualifiedName(text)).toBe(expected);
  });

  it('says what is wrong and what to write', () => {
    expect(dnsLabelFault('cluster name', 'East')).toBe(
      'The cluster name "East" has other characters than that; use 1 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit.',
    );
    expect(dnsLabelFault('cluster name', long(70))).toContain('has 70 characters');
  });
});
