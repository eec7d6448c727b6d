import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotTable, slotOf } from './slots.ts';

describe('the slots of a member', () => {
  it('are given once each, but for that of the report, and none when all are taken', () => {
    const slots = new SlotTable(4);
    expect(['a', 'b', 'c', 'a'].map((key) => slots.take(key))).toEqual([1, 2, 3, 1]);
    expect(slots.take('d')).toBeUndefined();
    slots.delete('b');
    expect(slots.take('d')).toBe(2);
    expect(slots.take('b')).toBeUndefined();
  });

  it('follow what the board shows', () => {
    const slots = new SlotTable(5);
    slots.set('shown', 1);
    expect(slots.take('a')).toBe(2);
    // Another one wrote there meanwhile: the slot stays taken until both are gone from it.
    slots.set('other', 2);
    slots.delete('a');
    expect([slots.take('b'), slots.take('c'), slots.take('d')]).toEqual([3, 4, undefined]);
    slots.delete('other');
    expect(slots.take('d')).toBe(2);
    slots.set('shown', 0);
    slots.delete('shown');
    expect([slots.take('e'), slots.take('f')]).toEqual([1, undefined]);
  });

  it('never give one to two, whatever comes and goes (property)', () => {
    const step = fc.tuple(fc.constantFrom('take', 'delete', 'set'), fc.nat(12), fc.nat(9));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const slots = new SlotTable(10);
        const held = new Map<string, number>();
        for (const [what, number, slot] of steps) {
          const key = `k${number}`;
          if (what === 'take') {
            const before = held.get(key);
            const taken = slots.take(key);
            if (before === undefined) {
              const free = Array.from({ length: 9 }, (_, index) => index + 1).filter((one) => ![...held.values()].includes(one));
              if (taken === undefined) expect(free).toEqual([]);
              else expect(free).toContain(taken);
            } else expect(taken).toBe(before);
            if (taken !== undefined) held.set(key, taken);
          } else if (what === 'set') {
            slots.set(key, slot);
            held.set(key, slot);
          } else {
            slots.delete(key);
            held.delete(key);
          }
          expect(slots.size).toBe(held.size);
        }
      }),
    );
  });
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
