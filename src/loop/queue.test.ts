import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { createQueue, type Queue } from './queue.ts';

const { signal } = new AbortController();
const backoff = { firstMs: 100, maxMs: 1_000, jitter: 0 };

const setUp = () => {
  const clock = handClock();
  return { clock, queue: createQueue({ clock, random: () => 0 }) };
};
/** Everything that is ready now, in the order in which it is handed out. */
const drain = async (queue: Queue): Promise<string[]> => {
  const keys: string[] = [];
  while (queue.depth().ready > 0) {
    const { key } = await queue.take(signal);
    keys.push(key);
    queue.done(key);
  }
  return keys;
};

describe('queue', () => {
  it('hands out a key once, however often it was added', async () => {
    const { queue } = setUp();
    for (const key of ['a', 'b', 'a', 'a', 'b']) queue.add(key);
    expect(await drain(queue)).toEqual(['a', 'b']);
  });

  it('hands out a key again after the work, when it was added during the work', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take(signal);
    queue.add('a');
    queue.add('a');
    expect(queue.depth()).toEqual({ ready: 0, delayed: 0, running: 1 });
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  it('keeps the higher priority, from before and from during the work', async () => {
    const { queue } = setUp();
    queue.add('x', { priority: 'low' });
    queue.add('y');
    queue.add('x');
    expect((await queue.take(signal)).key).toBe('y');
    expect(await queue.take(signal)).toMatchObject({ key: 'x', priority: 'high' });
    queue.add('x');
    queue.add('x', { priority: 'low' });
    queue.done('x');
    expect(await queue.take(signal)).toMatchObject({ key: 'x', priority: 'high' });
  });

  it('serves high before low, but lets low not starve', async () => {
    const { queue } = setUp();
    queue.add('low', { priority: 'low' });
    for (let n = 0; n < 20; n += 1) queue.add(`high-${n}`);
    const order = await drain(queue);
    expect(order.indexOf('low')).toBe(7);
    expect(order.filter((key) => key !== 'low')).toEqual(Array.from({ length: 20 }, (_, n) => `high-${n}`));
  });

  it('wakes those who wait, in the order in which they came', async () => {
    const { queue } = setUp();
    const first = queue.take(signal);
    const second = queue.take(signal);
    queue.add('a');
    queue.add('b');
    expect((await first).key).toBe('a');
    expect((await second).key).toBe('b');
  });

  it('lets go who gives up, and gives the key to another', async () => {
    const { queue } = setUp();
    const stop = new AbortController();
    const given = queue.take(stop.signal);
    const other = queue.take(signal);
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'Interrupted' });
    await expect(queue.take(stop.signal)).rejects.toMatchObject({ code: 'Interrupted' });
    queue.add('a');
    expect((await other).key).toBe('a');
  });

  it('delays, and the soonest wins', async () => {
    const { clock, queue } = setUp();
    queue.add('a', { afterMs: 100 });
    queue.add('a', { afterMs: 50 });
    queue.add('a', { afterMs: 80 });
    clock.advance(49);
    expect(await drain(queue)).toEqual([]);
    clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
    clock.advance(100);
    expect(await drain(queue)).toEqual([]);
    queue.add('b', { afterMs: 100 });
    queue.add('b');
    expect(await drain(queue)).toEqual(['b']);
    expect(clock.pending).toBe(0);
  });

  it('waits longer after each failure in a row, up to a limit, and forgets', () => {
    const { queue } = setUp();
    const waits = Array.from({ length: 6 }, () => queue.retry('a', backoff));
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(queue.failures('a')).toBe(6);
    queue.forget('a');
    expect(queue.retry('a', backoff)).toBe(100);
    expect(queue.retry('b', backoff)).toBe(100);
  });

  it('retries at once what waits for a retry, and nothing else', async () => {
    const { clock, queue } = setUp();
    queue.retry('retried', backoff);
    queue.add('planned', { afterMs: 500 });
    queue.retryAll();
    expect(await drain(queue)).toEqual(['retried']);
    clock.advance(500);
    expect(await drain(queue)).toEqual(['planned']);
  });

  it('tells how long a key was ready', async () => {
    const { clock, queue } = setUp();
    queue.add('a', { afterMs: 100, priority: 'low' });
    clock.advance(130);
    queue.add('a');
    clock.advance(20);
    // Ready since 100 ms after the start; raising its priority does not make it younger.
    expect(await queue.take(signal)).toEqual({ key: 'a', priority: 'high', waitedMs: 50 });
  });

  it('takes nothing after it was closed', async () => {
    const { clock, queue } = setUp();
    queue.add('a', { afterMs: 100 });
    queue.add('b');
    await queue.take(signal);
    queue.close();
    queue.add('c');
    queue.add('b');
    queue.done('b');
    queue.retry('b', backoff);
    clock.advance(1_000);
    expect(queue.depth()).toEqual({ ready: 0, delayed: 0, running: 0 });
    expect(clock.pending).toBe(0);
  });

  it('loses nothing, doubles nothing and is never early (property)', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const priority = fc.constantFrom('high' as const, 'low' as const);
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key, priority }),
      fc.record({ do: fc.constant('delay' as const), key, priority, ms: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ do: fc.constant('retry' as const), key }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('done' as const), key }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ do: fc.constant('retryAll' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, queue } = setUp();
        const running = new Set<string>();
        /** Key → the earliest time at which it may be handed out: the promise that is still open. */
        const owed = new Map<string, number>();
        const owe = (key: string, at: number): void => void owed.set(key, Math.min(owed.get(key) ?? Number.POSITIVE_INFINITY, at));
        const takeOne = async (): Promise<void> => {
          const { key } = await queue.take(signal);
          expect(running.has(key)).toBe(false);
          expect(owed.get(key)).toBeLessThanOrEqual(clock.monotonic());
          owed.delete(key);
          running.add(key);
        };
        for (const one of steps) {
          if (one.do === 'add') {
            queue.add(one.key, { priority: one.priority });
            owe(one.key, clock.monotonic());
          } else if (one.do === 'delay') {
            queue.add(one.key, { priority: one.priority, afterMs: one.ms });
            owe(one.key, clock.monotonic() + one.ms);
          } else if (one.do === 'retry') owe(one.key, clock.monotonic() + queue.retry(one.key, backoff));
          else if (one.do === 'take') {
            if (queue.depth().ready > 0) await takeOne();
          } else if (one.do === 'done') {
            if (running.delete(one.key)) queue.done(one.key);
          } else if (one.do === 'pass') clock.advance(one.ms);
          else {
            queue.retryAll();
            // Retries may come at once now; whichever did is no longer early.
            for (const key of owed.keys()) owe(key, clock.monotonic());
          }
        }
        for (const key of running) {
          running.delete(key);
          queue.done(key);
        }
        clock.advance(10_000);
        while (queue.depth().ready > 0) {
          await takeOne();
          for (const key of running) {
            running.delete(key);
            queue.done(key);
          }
        }
        expect([...owed.keys()]).toEqual([]);
        expect(queue.depth()).toEqual({ ready: 0, delayed: 0, running: 0 });
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('copes with a hundred thousand keys', async () => {
    const { queue } = setUp();
    for (let n = 0; n < 100_000; n += 1) queue.add(`key-${n}`, { priority: n % 2 === 0 ? 'low' : 'high' });
    expect(await drain(queue)).toHaveLength(100_000);
  });
});
