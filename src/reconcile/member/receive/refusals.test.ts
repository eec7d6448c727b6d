import { expect, it } from 'vitest';
import { createRefusals, graceMs } from './refusals.ts';

it('lists a refusal once it has lasted, measured by the monotonic clock', () => {
  let now = 5_000;
  const refusals = createRefusals({ monotonic: () => now });
  const emitted: number[] = [];
  refusals.subscribe(() => emitted.push(now));
  refusals.set('east.1', 'It is not used.');
  expect([refusals.list(now), refusals.pending(now)]).toEqual([[], true]);
  now += graceMs;
  expect([refusals.list(now), refusals.pending(now)]).toEqual([['It is not used.'], false]);
  refusals.set('east.1', 'It is not used.');
  refusals.set('east.1', undefined);
  expect(refusals.list(now)).toEqual([]);
  expect(emitted).toEqual([5_000, now]);
});

it('counts by author what has lasted, and tells each refusal of another cluster once', () => {
  let now = 0;
  const told: string[] = [];
  const refusals = createRefusals({ monotonic: () => now }, (author) => told.push(author));
  refusals.set('east.a', 'bad', 'east');
  refusals.set('east.a', 'bad', 'east');
  refusals.set('east.b', 'worse', 'east');
  refusals.set('own.node.n1', 'mine');
  expect(refusals.byAuthor(now)).toEqual(new Map());
  now = graceMs;
  expect(refusals.byAuthor(now)).toEqual(new Map([['east', 2]]));
  refusals.set('east.a', 'bad in another way', 'east');
  refusals.set('east.b', undefined, 'east');
  expect(refusals.byAuthor(now)).toEqual(new Map([['east', 1]]));
  expect(told).toEqual(['east', 'east', 'east']);
});
