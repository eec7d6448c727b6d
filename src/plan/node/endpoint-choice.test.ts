import { expect, it } from 'vitest';
import { chooseEndpoint } from './endpoint-choice.ts';

const second = { index: 1, since: 1_000 };

it.each([
  ['begins with the first', undefined, undefined, 3, 5_000, { index: 0, since: 5_000 }],
  ['stays with one that works', second, { state: 'Up', since: 0 }, 3, 99_000, second],
  ['gives one time', second, { state: 'Pending', since: 0 }, 3, 12_999, second],
  ['goes on to the next', second, { state: 'Pending', since: 0 }, 3, 13_000, { index: 2, since: 13_000 }],
  ['and round', { index: 2, since: 0 }, { state: 'Down', since: 0 }, 3, 12_000, { index: 0, since: 12_000 }],
  ['counts from when the link went down', second, { state: 'Down', since: 50_000 }, 3, 61_000, second],
  ['has no choice with one', { index: 0, since: 0 }, { state: 'Down', since: 0 }, 1, 99_000, { index: 0, since: 0 }],
  ['starts again when the endpoint is no longer stated', second, { state: 'Up', since: 0 }, 1, 9_000, { index: 0, since: 9_000 }],
] as const)('%s', (_, before, link, count, now, expected) => {
  expect(chooseEndpoint(before, link, count, now)).toEqual(expected);
});
