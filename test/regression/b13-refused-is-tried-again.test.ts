import { describe, expect, it } from 'vitest';
import { refusal } from '../../src/kubernetes/transport/refusal.ts';
import { createController } from '../../src/loop/controller.ts';
import { handClock } from '../../src/values/fixtures/hand-clock.ts';

describe('B13: what an API server refused', () => {
  it.each([400, 405, 413, 415, 422])('with HTTP %d is tried again after ten minutes', async (status) => {
    const clock = handClock();
    const stop = new AbortController();
    let runs = 0;
    const controller = createController({
      name: 'test',
      watches: [],
      clock,
      reconcile: () => {
        runs += 1;
        return runs === 1 ? Promise.reject(refusal('patch', 'https://hub', status, undefined)) : Promise.resolve();
      },
    });
    const running = controller.run(stop.signal);
    controller.enqueue('key');
    await expect.poll(() => runs).toBe(1);
    await clock.pass(599_999);
    expect(runs).toBe(1);
    await clock.pass(1);
    await expect.poll(() => runs).toBe(2);
    await clock.pass(1_200_000);
    expect(runs).toBe(2);
    stop.abort();
    await running;
  });
});
