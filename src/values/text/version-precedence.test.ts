import { expect, it } from 'vitest';
import { isNewerVersion } from './version-precedence.ts';

it.each([
  ['0.2.0', '0.1.0', true],
  ['0.1.0', '0.2.0', false],
  ['0.1.0', '0.1.0', false],
  ['1.0.0', '0.99.99', true],
  ['0.10.0', '0.9.0', true],
  ['v0.2.0', '0.1.9', true],
  ['1.0.0', '1.0.0-rc.1', true],
  ['1.0.0-rc.1', '1.0.0', false],
  ['1.0.0-rc.10', '1.0.0-rc.9', true],
  ['1.0.0-rc.1', '1.0.0-beta.2', true],
  ['1.0.0-alpha.1', '1.0.0-alpha', true],
  ['1.0.0-alpha.beta', '1.0.0-alpha.1', true],
  ['1.0.0+b', '1.0.0+a', false],
  ['latest', '0.1.0', false],
  ['0.2.0', '', false],
  ['0.2.0\n', '0.1.0', false],
])('%s comes after %s: %s', (one, than, expected) => {
  expect(isNewerVersion(one, than)).toBe(expected);
});
