import fc from 'fast-check';
import { expect, it } from 'vitest';
import { didYouMean, editDistance, nearest } from './nearest.ts';

it.each([
  ['', '', 0],
  ['a', '', 1],
  ['team', 'team', 0],
  ['tema', 'team', 1],
  ['kitten', 'sitting', 3],
  ['abc', 'cab', 2],
])('from %j to %j it is %i steps', (a, b, steps) => {
  expect(editDistance(a, b)).toBe(steps);
});

it('is the same in both directions, and never more than the longer text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

it.each<[string, readonly string[], string | undefined]>([
  ['tema-b', ['team-a', 'team-b', 'default'], 'team-b'],
  ['esat', ['east', 'west', 'hub'], 'east'],
  ['HUB', ['hub'], 'hub'],
  ['prod', ['playground', 'hub'], undefined],
  ['x', ['y'], 'y'],
  ['ab', ['cd'], undefined],
  ['east', ['east', 'easy'], undefined],
  ['app', [], undefined],
])('%s among %j means %s', (name, candidates, meant) => {
  expect(nearest(name, candidates)).toBe(meant);
});

it('is said behind a sentence', () => {
  expect(didYouMean('esat', ['east'])).toBe(' Did you mean "east"?');
  expect(didYouMean('esat', ['hub'])).toBe('');
});
