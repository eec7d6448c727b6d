import { expect, it } from 'vitest';
import { createLanes } from './lanes.ts';

const drain = (keys: readonly string[]): string[] => {
  const lanes = createLanes<number>((key) => key.slice(0, 1));
  for (const [index, key] of keys.entries()) lanes.set(key, index);
  return Array.from({ length: keys.length }, () => lanes.shift()?.[0] ?? '');
};

it('lets lanes take turns, and keeps the order within one', () => {
  expect(drain(['a1', 'a2', 'a3', 'b1', 'c1', 'b2'])).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

it('counts, finds and deletes keys', () => {
  const lanes = createLanes<number>((key) => key.slice(0, 1));
  lanes.set('a1', 1);
  lanes.set('a1', 2);
  lanes.set('b1', 3);
  expect([lanes.size, lanes.get('a1'), lanes.has('b1'), lanes.has('b2')]).toEqual([2, 2, true, false]);
  lanes.delete('a1');
  lanes.delete('a1');
  expect([lanes.size, lanes.shift(), lanes.shift()]).toEqual([1, ['b1', 3], undefined]);
});
