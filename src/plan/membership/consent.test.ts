import { expect, it } from 'vitest';
import { consentsToNamespace, consentsToSubnet, readConsent } from './consent.ts';

it('reads lists, and leaves out what is no network', () => {
  expect(readConsent({ networks: '203.0.113.0/24, nonsense', namespaces: 'a b,c-*' })).toEqual({
    networks: ['203.0.113.0/24'],
    namespaces: ['a', 'b', 'c-*'],
  });
  expect(readConsent(undefined)).toEqual({ networks: [], namespaces: undefined });
});

it.each([
  ['10.0.0.0/16', true],
  ['192.168.0.0/20', true],
  ['172.16.0.0/11', false],
  ['203.0.113.0/25', true],
  ['203.0.112.0/23', false],
  ['nonsense', false],
])('a subnet %s is allowed: %s', (subnet, allowed) => {
  expect(consentsToSubnet({ networks: ['203.0.113.0/24'], namespaces: undefined }, subnet)).toBe(allowed);
});

it.each([
  [undefined, 'anything', true],
  [['shop'], 'shop', true],
  [['shop'], 'shop-two', false],
  [['shop*'], 'shop-two', true],
  [[], 'shop', false],
])('with the list %j the namespace %s is allowed: %s', (namespaces, namespace, allowed) => {
  expect(consentsToNamespace({ networks: [], namespaces }, namespace)).toBe(allowed);
});
