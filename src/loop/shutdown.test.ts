import { describe, expect, it } from 'vitest';
import { Failure } from '../values/failure.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { createShutdown } from './shutdown.ts';

/** A part that works until it is told to stop, and notes when it has. */
const part =
  (name: string, order: string[]) =>
  (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        setImmediate(() => {
          order.push(name);
          resolve();
        }),
      );
    });

describe('shutdown', () => {
  it('stops the parts in reverse order, each after the one that was started after it', async () => {
    const order: string[] = [];
    const life = createShutdown();
    life.run('mirrors', part('mirrors', order));
    life.atStop('health', () => void order.push('health'));
    life.run('controllers', part('controllers', order));
    expect(life.stopping.aborted).toBe(false);
    life.stop('SIGTERM');
    life.stop('SIGTERM again');
    expect(life.stopping.aborted).toBe(true);
    expect(await life.finished).toEqual({ reason: 'SIGTERM', failure: undefined, stuck: [] });
    expect(order).toEqual(['controllers', 'health', 'mirrors']);
  });

  it('stops everything when a part fails or ends by itself', async () => {
    const order: string[] = [];
    const failing = createShutdown();
    failing.run('mirrors', part('mirrors', order));
    failing.run('server', () => Promise.reject(new Failure('Unavailable', 'port taken')));
    expect(await failing.finished).toMatchObject({ reason: 'server failed', failure: { code: 'Unavailable' } });
    const ending = createShutdown();
    ending.run('mirrors', part('mirrors', order));
    ending.run('task', () => Promise.resolve());
    expect(await ending.finished).toMatchObject({ reason: 'task ended', failure: undefined });
    expect(order).toEqual(['mirrors', 'mirrors']);
  });

  it('takes being interrupted for a good end, and goes on past a step that fails', async () => {
    const order: string[] = [];
    const life = createShutdown();
    life.atStop('first', () => void order.push('first'));
    life.atStop('broken', () => {
      throw new Error('cannot close');
    });
    life.run('waiting', (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
    life.stop('SIGINT');
    expect(await life.finished).toMatchObject({ stuck: [], failure: undefined });
    expect(order).toEqual(['first']);
  });

  it('does not wait for ever, and names who did not stop', async () => {
    const clock = handClock();
    const order: string[] = [];
    const life = createShutdown({ deadlineMs: 5_000, clock });
    life.atStop('lease', () => void order.push('lease'));
    life.run('deaf', () => new Promise(() => {}));
    life.run('good', part('good', order));
    life.stop('SIGTERM');
    await clock.pass(5_000);
    expect(await life.finished).toMatchObject({ stuck: ['deaf'] });
    expect(order).toEqual(['good', 'lease']);
  });
});
