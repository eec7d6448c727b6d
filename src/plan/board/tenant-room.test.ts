import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportRoom, tenantRoom } from './tenant-room.ts';

const use = (namespaces: number, used: Readonly<Record<string, number>> = {}) => ({
  budget: 1_000,
  namespaces,
  used: new Map(Object.entries(used)),
});

describe('the room of a namespace', () => {
  it.each([
    ['alone in the slice', use(1), 1_000],
    ['alone in the slice, after another left it', use(1, { gone: 100 }), 900],
    ['one of two, and nobody has anything', use(2), 500],
    ['one of two, and the other has all it may', use(2, { other: 500 }), 375],
    ['one of ten, and nobody has anything', use(10), 300],
    ['one of ten, and another has all it may', use(10, { other: 300 }), 175],
    ['one of two, and the other has more than it may', use(2, { other: 900 }), 100],
    ['one of two, and nothing is left', use(2, { other: 1_000 }), 0],
  ])('%s', (_, given, most) => {
    expect(tenantRoom(given, 'own')).toEqual({ used: 0, most });
  });

  it('is never less than the guaranteed part, however greedy the others are, in whatever order (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.array(fc.nat(38), { maxLength: 60 }), (namespaces, order) => {
        const used = new Map<string, number>();
        // Each takes whatever it may, again and again.
        for (const number of order) {
          const greedy = `n${number % (namespaces - 1)}`;
          const { used: own, most } = tenantRoom({ budget: 1_000, namespaces, used }, greedy);
          used.set(greedy, Math.max(own, most));
        }
        const { most } = tenantRoom({ budget: 1_000, namespaces, used }, 'modest');
        expect(most).toBeGreaterThanOrEqual(Math.floor(1_000 / (2 * namespaces)));
      }),
    );
  });
});

describe('the room of an export', () => {
  it.each([
    ['a new one where there is room', { used: 10, most: 20 }, 0, 10],
    ['a new one where there is none', { used: 20, most: 20 }, 0, 0],
    ['one that has three statements, and there is room', { used: 10, most: 20 }, 3, 13],
    ['one that has three statements, and there is no room any more', { used: 25, most: 20 }, 3, 3],
  ])('%s', (_, room, own, most) => {
    expect(exportRoom(room, own)).toBe(most);
  });
});
