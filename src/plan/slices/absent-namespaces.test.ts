import { expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { report } from '../fixtures/hub.ts';
import { absentNamespaces } from './absent-namespaces.ts';

type Absent = NonNullable<LinksBody['absentNamespaces']>;
const evidence = (name: string, absent: Absent | undefined) => ({
  name,
  blocks: [],
  connected: true,
  report: absent === undefined ? undefined : report(1, {}, { absentNamespaces: absent }),
});
const before: Condition[] = [
  { type: 'NamespacesFound', status: 'False', reason: 'NamespaceNotFound', message: '', lastTransitionTime: '' },
];

it.each<[string, Absent | undefined, Absent | undefined, Condition[] | undefined, string | undefined]>([
  ['nothing is lacking', [], [], undefined, undefined],
  ['one cluster has it', [{ namespace: 'a' }], [], undefined, undefined],
  ['a cluster has not reported', [{ namespace: 'a' }], undefined, undefined, undefined],
  ['nobody has it', [{ namespace: 'a' }], [{ namespace: 'b' }, { namespace: 'a' }], undefined, 'False "a"; create it'],
  [
    'nobody has it, and one has nearly that name',
    [{ namespace: 'tema-b' }],
    [{ namespace: 'tema-b', near: 'team-b' }],
    undefined,
    'False "tema-b" (did you mean "team-b", as in cluster west?); create it',
  ],
  ['it was made', [], [], before, 'True Every namespace'],
])('%s', (_, east, west, conditions, expected) => {
  const [verdict] = absentNamespaces([evidence('east', east), evidence('west', west)], conditions);
  if (expected === undefined) expect(verdict).toBeUndefined();
  else expect(`${verdict?.status} ${verdict?.message.replace('No cluster of the slice has the namespace ', '')}`).toContain(expected);
});

it('says nothing about a slice without clusters', () => {
  expect(absentNamespaces([], undefined)).toEqual([]);
});
