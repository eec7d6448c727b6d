import { expect, it } from 'vitest';
import { chooseEndpoint, type EndpointChoice } from './endpoint-choice.ts';

const choice = (rest: Partial<EndpointChoice>): EndpointChoice => ({
  index: 1,
  since: 1_000,
  switches: 0,
  tried: 1,
  nextAt: undefined,
  ...rest,
});
const second = choice({});

it.each<
  [string, EndpointChoice | undefined, { state: 'Up' | 'Pending' | 'Down'; since: number } | undefined, number, number, EndpointChoice]
>([
  ['begins with the first', undefined, undefined, 3, 5_000, choice({ index: 0, since: 5_000 })],
  ['stays with one that works', second, { state: 'Up', since: 0 }, 3, 99_000, second],
  ['begins to count again once one works', choice({ tried: 9, nextAt: 7 }), { state: 'Up', since: 0 }, 3, 99_000, second],
  ['gives one time', second, { state: 'Pending', since: 0 }, 3, 2_499, choice({ nextAt: 2_500 })],
  [
    'goes on to the next',
    second,
    { state: 'Pending', since: 0 },
    3,
    2_500,
    choice({ index: 2, since: 2_500, switches: 1, tried: 2, nextAt: 4_000 }),
  ],
  [
    'and round',
    choice({ index: 2, since: 0 }),
    { state: 'Down', since: 0 },
    3,
    1_500,
    choice({ index: 0, since: 1_500, switches: 1, tried: 2, nextAt: 3_000 }),
  ],
  [
    'gives more time when all were tried',
    choice({ tried: 4 }),
    { state: 'Down', since: 0 },
    3,
    12_999,
    choice({ tried: 4, nextAt: 13_000 }),
  ],
  ['counts from when the link went down', second, { state: 'Down', since: 50_000 }, 3, 51_000, choice({ nextAt: 51_500 })],
  ['has no choice with one', choice({ index: 0 }), { state: 'Down', since: 0 }, 1, 99_000, choice({ index: 0 })],
  [
    'starts again when the endpoint is no longer stated',
    choice({ switches: 3 }),
    { state: 'Up', since: 0 },
    1,
    9_000,
    choice({ index: 0, since: 9_000, switches: 3 }),
  ],
])('%s', (_, before, link, count, now, expected) => {
  expect(chooseEndpoint(before, link, count, now)).toEqual(expected);
});
