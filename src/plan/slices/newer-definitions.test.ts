import { expect, it } from 'vitest';
import { planCrds, stamped } from '../../install/crds.ts';
import { newerDefinitions } from './newer-definitions.ts';

const [first, second] = planCrds('hub');
if (first === undefined || second === undefined) throw new Error('no kinds');

it.each([
  ['nothing is there', [], []],
  ['an older version wrote it', [stamped(first, '0.9.0')], []],
  ['the same version wrote it', [stamped(first, '1.0.0')], []],
  ['a newer version wrote it', [stamped(first, '1.1.0')], [{ name: first.metadata.name, version: '1.1.0' }]],
  ['nobody signed it', [first], []],
  ['the mark is no version', [stamped(first, 'today')], []],
])('when %s', (_, present, expected) => {
  expect(newerDefinitions(present, '1.0.0')).toEqual(expected);
});

it('does not depend on the order of what is there', () => {
  const present = [stamped(first, '2.0.0'), stamped(second, '3.0.0')];
  expect(newerDefinitions(present, '1.0.0')).toHaveLength(2);
  expect(newerDefinitions(present.toReversed(), '1.0.0')).toEqual(newerDefinitions(present, '1.0.0'));
});
