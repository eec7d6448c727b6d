import { expect, it } from 'vitest';
import { compareText, sortedBy } from './order.ts';

it('orders by code unit, not by locale', () => {
  expect(['b', 'a', 'B', 'ä', 'a10', 'a2'].toSorted(compareText)).toEqual(['B', 'a', 'a10', 'a2', 'b', 'ä']);
});

it('sorts a copy and keeps the order of equals', () => {
  const items = [
    { name: 'b', n: 1 },
    { name: 'a', n: 2 },
    { name: 'b', n: 0 },
  ];
  expect(sortedBy(new Set(items), ({ name }) => name).map(({ n }) => n)).toEqual([2, 1, 0]);
  expect(items[0]?.n).toBe(1);
});
