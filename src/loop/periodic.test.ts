import { expect, it } from 'vitest';
import { quietLog } from '../telemetry/quiet-log.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { periodically } from './periodic.ts';

it('runs now and again after each end, failures included, until stopped', async () => {
  const clock = handClock();
  const stop = new AbortController();
  const at: number[] = [];
  const warnings: string[] = [];
  const running = periodically({
    name: 'probe',
    everyMs: 1_000,
    signal: stop.signal,
    clock,
    random: () => 0.5,
    log: { ...quietLog, warn: (message) => warnings.push(message) },
    task: async () => {
      at.push(clock.monotonic());
      if (at.length === 2) throw new Error('once');
    },
  });
  await clock.pass(3_000);
  expect(at).toEqual([0, 950, 1_900, 2_850]);
  expect(warnings).toEqual(['periodic task failed']);
  stop.abort();
  await running;
  expect(clock.pending).toBe(0);
});

it('does not start when stopped already', async () => {
  const stop = new AbortController();
  stop.abort();
  let ran = false;
  await periodically({ name: 'never', everyMs: 1, signal: stop.signal, task: async () => void (ran = true) });
  expect(ran).toBe(false);
});
