import { expect, it } from 'vitest';
import { budgets } from '../../api/budgets.ts';
import { afterWrite, isSuspended, noWrites, type WriteRate } from './write-rate.ts';

const { burst, perSecond } = budgets.reads;

/** Writes at a rate until it is suspended, at most for some seconds. */
const write = (from: WriteRate, start: number, rate: number, seconds: number): { readonly rate: WriteRate; readonly now: number } => {
  let [state, now] = [from, start];
  for (let count = 0; count < rate * seconds && !isSuspended(state, now); count += 1) {
    now += 1_000 / rate;
    state = afterWrite(state, now);
  }
  return { rate: state, now };
};

it('lets a member write everything that it may have at once, and then at the rate for ever', () => {
  const first = write(noWrites, 0, 1_000, burst / 1_000);
  expect(isSuspended(first.rate, first.now)).toBe(false);
  const on = write(first.rate, first.now, perSecond, 3_600);
  expect(isSuspended(on.rate, on.now)).toBe(false);
});

it('suspends one that writes faster, for longer each time, and forgets that after two hours', () => {
  let [rate, now] = [noWrites, 0];
  for (const minutes of [5, 10, 20, 40, 60, 60]) {
    ({ rate, now } = write(rate, now, 200, 60));
    expect(isSuspended(rate, now)).toBe(true);
    expect(rate.suspendedUntil - now).toBe(minutes * 60_000);
    expect(isSuspended(rate, rate.suspendedUntil)).toBe(false);
    now = rate.suspendedUntil;
  }
  const later = write(rate, now + 2.5 * 3_600_000, 200, 60);
  expect(later.rate.suspendedUntil - later.now).toBe(300_000);
});

it('does not count what was on its way when it was suspended', () => {
  const { rate, now } = write(noWrites, 0, 200, 60);
  expect(afterWrite(rate, now + 1)).toBe(rate);
});
