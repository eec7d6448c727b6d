import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFifo } from './fifo.ts';

it('behaves like a list of pairs (property)', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('set' as const), key: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
    fc.record({ do: fc.constant('delete' as const), key: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
    fc.record({ do: fc.constant('shift' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fifo = createFifo<number>();
      const list: [string, number][] = [];
      for (const [n, one] of steps.entries()) {
        if (one.do === 'shift') {
          expect(fifo.shift()).toEqual(list.shift());
          continue;
        }
        const at = list.findIndex(([key]) => key === one.key);
        expect(fifo.get(one.key)).toBe(list[at]?.[1]);
        if (one.do === 'delete') {
          fifo.delete(one.key);
          if (at >= 0) list.splice(at, 1);
        } else {
          fifo.set(one.key, n);
          if (at >= 0) list[at] = [one.key, n];
          else list.push([one.key, n]);
        }
        expect(fifo.size).toBe(list.length);
      }
    }),
    { numRuns: 500 },
  );
});
