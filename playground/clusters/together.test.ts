import { expect, test } from 'vitest';
import { together } from './together.ts';

const never = new AbortController().signal;

test('results come in the order of the tasks', async () => {
  expect(await together(never, [async () => 1, async () => 2])).toEqual([1, 2]);
});

test('the first failure is thrown after the others were cancelled and have ended', async () => {
  const events: string[] = [];
  const slow = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        events.push('cancelled');
        setTimeout(() => {
          events.push('ended');
          reject(new Error('second'));
        }, 5);
      });
    });
  const failing = async (): Promise<void> => Promise.reject(new Error('first'));
  await expect(together(never, [slow, failing])).rejects.toThrow('first');
  expect(events).toEqual(['cancelled', 'ended']);
});

test('a caller`s cancellation reaches every task', async () => {
  const stop = new AbortController();
  const work = together(stop.signal, [
    (signal) => new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  ]);
  stop.abort();
  await expect(work).rejects.toThrow('stopped');
});
