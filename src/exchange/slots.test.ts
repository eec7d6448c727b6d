import { expect, it } from 'vitest';
import { freeSlot, slotOf } from './slots.ts';

it('gives the lowest slot that is free, and none when all are taken', () => {
  expect(freeSlot(new Set())).toBe(0);
  expect(freeSlot(new Set([0, 1, 3]))).toBe(2);
  expect(freeSlot(new Set([0, 1]), 2)).toBeUndefined();
});

it.each([
  ['east.0', 0],
  ['east.2047', 2047],
  ['east.2048', undefined],
  ['east.01', undefined],
  ['east.node.node-1', undefined],
  ['west.1', undefined],
  ['east.', undefined],
])('reads the slot in %s', (name, slot) => {
  expect(slotOf('east', name)).toBe(slot);
});
