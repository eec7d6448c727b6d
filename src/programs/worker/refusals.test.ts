import { expect, it } from 'vitest';
import { createRefusals, graceMs } from './refusals.ts';

it('lists a refusal once it has lasted, measured by the monotonic clock', () => {
  let now = 5_000;
  const refusals = createRefusals({ monotonic: () => now });
  const emitted: number[] = [];
  refusals.subscribe(() => emitted.push(now));
  refusals.set('east.1', 'It is not used.');
  expect([refusals.list(now), refusals.pending(now)]).toEqual([[], true]);
  now += graceMs;
  expect([refusals.list(now), refusals.pending(now)]).toEqual([['It is not used.'], false]);
  refusals.set('east.1', 'It is not used.');
  refusals.set('east.1', undefined);
  expect(refusals.list(now)).toEqual([]);
  expect(emitted).toEqual([5_000, now]);
});
