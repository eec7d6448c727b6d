import { expect, it } from 'vitest';
import type { CliInput } from '../command.ts';
import { consentOf } from './consent-options.ts';

const consent = (options: Record<string, string>) => consentOf({ options } as unknown as CliInput)?.data;

it('writes down what was said, and nothing when nothing was', () => {
  expect(consent({})).toBeUndefined();
  expect(consent({ sliceNetworks: '203.0.113.0/24', namespaces: 'shop, team-*' })).toEqual({
    networks: '203.0.113.0/24',
    namespaces: 'shop,team-*',
  });
  expect(consent({ namespaces: 'shop' })).toEqual({ networks: '', namespaces: 'shop' });
});

it.each([
  [{ sliceNetworks: '203.0.113.1/24' }, 'has address bits set'],
  [{ namespaces: 'Shop' }, 'neither a namespace nor a prefix'],
  [{ namespaces: 'a*b' }, 'neither a namespace nor a prefix'],
])('refuses %j', (options, why) => {
  expect(() => consent(options)).toThrow(why);
});
