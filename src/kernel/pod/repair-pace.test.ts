import { expect, it } from 'vitest';
import { Failure } from '../../values/failure.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { RepairPace } from './repair-pace.ts';

const a = { uid: 'a', name: 'app-ns/a' };

it('lets the first repair happen at once, and those that follow closely ever later, up to some seconds', () => {
  const clock = handClock();
  const pace = new RepairPace(clock);
  const wait = (uid: string, identity: string): number => pace.putOff(uid, identity)?.waitMs ?? 0;
  const waits = Array.from({ length: 9 }, () => {
    const waited = wait('a', 'ns1');
    clock.advance(waited);
    pace.worked(a, 'ns1');
    return waited;
  });
  expect(waits).toEqual([0, 0, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect(wait('b', 'ns2'), 'another pod').toBe(0);
  expect(wait('a', 'ns3'), 'started again').toBe(0);
  clock.advance(5_000);
  expect(wait('a', 'ns1'), 'when it is due').toBe(0);
  clock.advance(5_000);
  pace.worked(a, 'ns1');
  expect(wait('a', 'ns1'), 'after a quiet time').toBe(0);
});

it('reports the failure, or that the pod breaks repeatedly', () => {
  const pace = new RepairPace(handClock());
  for (let times = 0; times < 3; times += 1) pace.worked(a, 'ns1');
  expect(pace.putOff('a', 'ns1')?.failure.message).toMatch(/of pod app-ns\/a is removed or changed repeatedly/);
  const failure = new Failure('CommandFailed', 'no');
  pace.worked(a, 'ns1', failure);
  expect(pace.putOff('a', 'ns1')?.failure).toBe(failure);
});

it('forgets pods that are gone', () => {
  const pace = new RepairPace(handClock());
  for (let times = 0; times < 3; times += 1) pace.worked(a, 'ns1');
  pace.keep(new Set(['a']));
  expect(pace.putOff('a', 'ns1')).toBeDefined();
  pace.keep(new Set());
  expect(pace.putOff('a', 'ns1')).toBeUndefined();
});
