import { expect, it } from 'vitest';
import { statusDelay } from './status-pace.ts';

it.each([
  ['nothing was written yet', undefined, 100, 0],
  ['it was quiet', 10_000, 100, 0],
  ['a small slice has just been written', 100, 2, 400],
  ['a large slice was written a second ago', 1_000, 100, 1_000],
  ['the largest one was written a second ago', 1_000, 1_024, 19_480],
])('when %s, the status waits', (_, since, clusters, delay) => {
  expect(statusDelay(since, clusters)).toBe(delay);
});
