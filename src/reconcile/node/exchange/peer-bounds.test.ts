import { expect, it } from 'vitest';
import { budgets } from '../../../api/budgets.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { createPeerBounds } from './peer-bounds.ts';

const { atOnce, burst, perSecond } = budgets.peerRequests;

it('a cluster has so many requests open at once, and no other waits for it', () => {
  const bounds = createPeerBounds(handClock());
  const ends = Array.from({ length: atOnce }, () => bounds.enter('east'));
  expect(ends.every((end) => end !== undefined)).toBe(true);
  expect(bounds.enter('east')).toBeUndefined();
  expect(bounds.enter('west')).toBeDefined();
  ends[0]?.();
  expect(bounds.enter('east')).toBeDefined();
});

it('a cluster has a burst answered, and then so many a second', () => {
  const clock = handClock();
  const bounds = createPeerBounds(clock);
  const answered = (): number => {
    let count = 0;
    for (let end = bounds.enter('east'); end !== undefined; end = bounds.enter('east')) {
      end();
      count += 1;
    }
    return count;
  };
  expect(answered()).toBe(burst);
  clock.advance(2_000);
  expect(answered()).toBe(2 * perSecond);
  clock.advance(3_600_000);
  expect(answered()).toBe(burst);
});
