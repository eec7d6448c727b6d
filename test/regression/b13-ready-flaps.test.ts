import { expect, it } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import type { SliceStatus } from '../../src/api/slice/type.ts';
import type { LinksBody } from '../../src/exchange/statement/links.ts';
import { report, slice } from '../../src/plan/fixtures/hub.ts';
import { type ClusterEvidence, planSliceStatus } from '../../src/plan/slices/slice-status.ts';

const of = (name: string, body: LinksBody): ClusterEvidence => ({ name, blocks: [], connected: true, report: body });
const status = (clusters: readonly ClusterEvidence[], before?: SliceStatus): SliceStatus =>
  planSliceStatus(
    {
      slice: { ...slice('app'), ...(before === undefined ? {} : { status: before }) },
      accepted: { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' },
      exchangeNamespace: 'x',
      withoutBlock: new Map(),
      shortage: undefined,
      policiesServed: true,
      retired: [],
      missing: new Map(),
      clusters,
    },
    0,
  );
const told = ({ conditions }: SliceStatus) => ['Ready', 'Degraded'].map((type) => conditionOf(conditions, type)?.status);

const well = [of('east', report(2, { east: [2, 2], west: [4, 4] })), of('west', report(2, { east: [4, 4], west: [2, 2] }))];
const ready = status(well);

it('is Ready and not Degraded when all is well', () => {
  expect(told(ready)).toEqual(['True', 'False']);
});

it.each<[string, LinksBody, LinksBody, string[]]>([
  [
    'a node of west is drained: west does not miss it, and east knows why it is silent',
    report(2, { east: [2, 2], west: [2, 4] }),
    report(1, { east: [2, 2], west: [0, 1] }, { outOfService: 1 }),
    ['True', 'False'],
  ],
  [
    'a node of west dies or reboots: the slice works, but not everywhere',
    report(2, { east: [2, 2], west: [2, 4] }),
    report(1, { east: [2, 2], west: [0, 1] }, { missingNodes: [{ node: 'w2', reason: 'the node is not Ready' }], missing: 1 }),
    ['True', 'True'],
  ],
  ['a node joins', report(2, { east: [2, 2], west: [4, 6, 0] }), report(3, { east: [4, 6, 0], west: [2, 6, 0] }), ['True', 'False']],
  ['a pair of clusters is cut', report(2, { east: [2, 2], west: [0, 4] }), report(2, { east: [0, 4], west: [2, 2] }), ['False', 'True']],
])('%s', (_, east, west, expected) => {
  expect(told(status([of('east', east), of('west', west)], ready))).toEqual(expected);
});

it('comes up with nine links in ten, so that a large fleet in which some node is always away comes up at all', () => {
  const large = (up: number) => [
    of('east', report(100, { east: [9_900, 9_900], west: [up, 10_000] })),
    of('west', report(100, { east: [10_000, 10_000], west: [9_900, 9_900] })),
  ];
  expect(told(status(large(8_999)))).toEqual(['False', undefined]);
  expect(told(status(large(9_900)))).toEqual(['True', 'True']);
});
