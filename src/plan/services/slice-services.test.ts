import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NodeService } from './node-service.ts';
import { SliceServices } from './slice-services.ts';

const service = (address: string): NodeService => ({ address, sticky: false, ports: [], alive: [], down: [] });
const names = Array.from({ length: 600 }, (_, index) => `ns/s${index}`);
const change = fc.tuple(fc.constantFrom(...names), fc.option(fc.constantFrom(service('a'), service('b')), { nil: undefined }));
const changes = fc.array(change, { maxLength: 50 });

it('are as a map to which the same changes were made, and name the difference between two states', () => {
  fc.assert(
    fc.property(changes, changes, (first, second) => {
      const before = SliceServices.none('10.0.240.0/20').with(first);
      const after = before.with(second);
      const [mapBefore, mapAfter] = [first, [...first, ...second]].map((all) => {
        const map = new Map<string, NodeService>();
        for (const [name, one] of all) {
          if (one === undefined) map.delete(name);
          else map.set(name, one);
        }
        return map;
      }) as [Map<string, NodeService>, Map<string, NodeService>];
      expect(new Map(after.entries())).toEqual(mapAfter);
      expect([after.size, before.size]).toEqual([mapAfter.size, mapBefore.size]);
      expect(new Map(before.entries())).toEqual(mapBefore);
      const differing = names.filter((name) => mapBefore.get(name) !== mapAfter.get(name));
      expect([...after.changedFrom(before)].length).toBe(differing.length);
      for (const name of differing)
        expect([...after.changedFrom(before)]).toContainEqual({ before: mapBefore.get(name), after: mapAfter.get(name) });
      expect(after.get(names[0] ?? '')).toBe(mapAfter.get(names[0] ?? ''));
    }),
    { numRuns: 60 },
  );
});
