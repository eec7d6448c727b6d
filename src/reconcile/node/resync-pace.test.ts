import { expect, it } from 'vitest';
import { type HandClock, handClock } from '../../values/fixtures/hand-clock.ts';
import { ResyncPace } from './resync-pace.ts';

/** Waits of looks that follow one another as closely as they may, and find what is said. */
const waits = (pace: ResyncPace, clock: HandClock, found: readonly boolean[]): number[] =>
  found.map((repaired) => {
    const wait = pace.changed();
    clock.advance(wait);
    pace.resynced(repaired);
    return wait;
  });
const nothing = (times: number): boolean[] => Array.from({ length: times }, () => false);

it('looks ever more seldom while changes are reported without end and nothing is found', () => {
  const clock = handClock();
  expect(waits(new ResyncPace(clock), clock, nothing(8))).toEqual([200, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

it('is prompt while it finds something, after that, and after a quiet time', () => {
  const clock = handClock();
  const pace = new ResyncPace(clock);
  expect(waits(pace, clock, [true, true, true, true, false, false, true, false])).toEqual([200, 200, 200, 200, 200, 200, 400, 200]);
  waits(pace, clock, nothing(6));
  clock.advance(8_000);
  expect(waits(pace, clock, nothing(3))).toEqual([200, 200, 400]);
});

it('names one moment, however many changes are reported until then', () => {
  const clock = handClock();
  const pace = new ResyncPace(clock);
  waits(pace, clock, nothing(6));
  expect(pace.changed()).toBe(5_000);
  clock.advance(3_000);
  expect(pace.changed()).toBe(2_000);
});

it('does not count looks that no change provoked', () => {
  const clock = handClock();
  const pace = new ResyncPace(clock);
  for (let times = 0; times < 9; times += 1) pace.resynced(false);
  expect(waits(pace, clock, nothing(2))).toEqual([200, 200]);
});
