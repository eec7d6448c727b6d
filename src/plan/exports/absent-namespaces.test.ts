import { expect, it } from 'vitest';
import { absentNamespacesOf } from './absent-namespaces.ts';

it.each<[string, string[], string[], ReturnType<typeof absentNamespacesOf>]>([
  ['all there', ['a'], ['a', 'b'], []],
  ['a slip', ['tema-b', 'team-a'], ['team-a', 'team-b'], [{ namespace: 'tema-b', near: 'team-b' }]],
  ['one that belongs to the slice is not meant', ['team-a', 'team-b'], ['team-a'], [{ namespace: 'team-b' }]],
  ['nothing near', ['shop'], ['default'], [{ namespace: 'shop' }]],
])('%s', (_, wanted, there, absent) => {
  expect(absentNamespacesOf(wanted, new Set(there))).toEqual(absent);
});

it('names a bounded number', () => {
  const wanted = Array.from({ length: 512 }, (_, index) => `team-${index}`);
  expect(absentNamespacesOf(wanted, new Set(['teem-0']))).toHaveLength(50);
});
