import { expect, it } from 'vitest';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { createPace } from './pace.ts';
import { createTurns } from './turns.ts';

const never = new AbortController().signal;

it('a pace lets a burst begin at once and the others at the rate, in their order', async () => {
  const clock = handClock();
  const pace = createPace({ burst: 3, perSecond: 10 }, clock);
  const begun: number[] = [];
  for (let index = 0; index < 6; index += 1) void pace.turn(1, never).then(() => begun.push(index));
  await clock.pass(0);
  expect(begun).toEqual([0, 1, 2]);
  expect(pace.heldAt()).toBe(0);
  await clock.pass(100);
  expect(begun).toEqual([0, 1, 2, 3]);
  await clock.pass(200);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  await clock.pass(300);
  for (let index = 6; index < 9; index += 1) void pace.turn(1, never).then(() => begun.push(index));
  await clock.pass(0);
  expect(begun).toHaveLength(9);
});

it('a pace ends a wait with its signal', async () => {
  const clock = handClock();
  const pace = createPace({ burst: 1, perSecond: 1 }, clock);
  await pace.turn(1, never);
  const ending = new AbortController();
  const waiting = pace.turn(1, ending.signal);
  ending.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'Interrupted' });
});

it('turns are given at the rate, one to each key, however often a key comes', () => {
  const turns = createTurns({ burst: 2, perSecond: 10 });
  expect([turns.take('a', 0), turns.take('b', 0)]).toEqual([0, 0]);
  expect(turns.heldAt()).toBeUndefined();
  for (let again = 0; again < 100; again += 1) expect([turns.take('c', 0), turns.take('d', 0)]).toEqual([100, 200]);
  expect(turns.take('d', 150)).toBe(50);
  expect(turns.take('c', 150)).toBe(0);
  // Its next one is behind those that wait.
  expect(turns.take('c', 150)).toBe(150);
  expect(turns.take('d', 200)).toBe(0);
  expect(turns.take('c', 300)).toBe(0);
  expect(turns.heldAt()).toBe(150);
  expect(turns.take('e', 10_000)).toBe(0);
});

it('what weighs more takes more turns', async () => {
  const clock = handClock();
  const turns = createTurns({ burst: 10, perSecond: 10 });
  expect(turns.take('large', 0, 8)).toBe(0);
  expect([turns.take('other', 0, 8), turns.take('small', 0)]).toEqual([600, 700]);
  const pace = createPace({ burst: 10, perSecond: 10 }, clock);
  let isBegun = false;
  await pace.turn(8, never);
  void pace.turn(8, never).then(() => {
    isBegun = true;
  });
  await clock.pass(599);
  expect(isBegun).toBe(false);
  await clock.pass(1);
  expect(isBegun).toBe(true);
});

it('an author that floods gets its rate and no more', () => {
  const turns = createTurns({ burst: 10, perSecond: 100 });
  let judged = 0;
  // Thirty notices, each changed every millisecond for ten seconds.
  for (let now = 0; now < 10_000; now += 1) for (let name = 0; name < 30; name += 1) if (turns.take(`n${name}`, now) === 0) judged += 1;
  expect(judged).toBeGreaterThan(990);
  expect(judged).toBeLessThanOrEqual(1_010);
});
