import { expect, it } from 'vitest';
import { createKeyedTasks } from './keyed-tasks.ts';

it('runs one task for each name that is wanted, and ends the others', async () => {
  const events: string[] = [];
  const tasks = createKeyedTasks(async (name, signal) => {
    events.push(`begin ${name}`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    events.push(`end ${name}`);
  }, new AbortController().signal);
  tasks.follow(['a', 'b']);
  tasks.follow(['b', 'c']);
  await Promise.resolve();
  expect(events).toEqual(['begin a', 'begin b', 'begin c', 'end a']);
  expect(tasks.size).toBe(2);
  await tasks.stop();
  expect(events.slice(4).toSorted()).toEqual(['end b', 'end c']);
});

it('ends all with the signal', async () => {
  const ending = new AbortController();
  let ended = 0;
  const tasks = createKeyedTasks(
    (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          ended += 1;
          resolve();
        }),
      ),
    ending.signal,
  );
  tasks.follow(['a', 'b']);
  ending.abort();
  await tasks.stop();
  expect(ended).toBe(2);
});
