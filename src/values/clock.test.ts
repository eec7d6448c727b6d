import { expect, it } from 'vitest';
import { sleep, systemClock } from './clock.ts';
import { handClock } from './fixtures/hand-clock.ts';

it('sleeps as long as asked, and no timer is left behind', async () => {
  const clock = handClock();
  const { signal } = new AbortController();
  let awake = false;
  const sleeping = sleep(clock, 1_000, signal).then(() => (awake = true));
  await clock.pass(999);
  expect(awake).toBe(false);
  await clock.pass(1);
  await sleeping;
  expect(clock.pending).toBe(0);
});

it.each([['before'], ['meanwhile']])('wakes with Interrupted when cancelled %s', async (when) => {
  const clock = handClock();
  const stop = new AbortController();
  if (when === 'before') stop.abort();
  const sleeping = sleep(clock, 1_000, stop.signal);
  stop.abort();
  await expect(sleeping).rejects.toMatchObject({ code: 'Interrupted' });
  expect(clock.pending).toBe(0);
});

it('does not take a very long delay for none', async () => {
  let fired = false;
  const cancel = systemClock.after(1e12, () => (fired = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  cancel();
  expect(fired).toBe(false);
});
