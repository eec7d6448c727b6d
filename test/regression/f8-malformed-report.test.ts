import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Notice } from '../../src/api/notice/type.ts';
import { slice } from '../../src/plan/fixtures/hub.ts';
import { planSliceStatus } from '../../src/plan/slices/slice-status.ts';
import { report } from '../../src/plan/status/status.fixtures.ts';
import { ReportReader } from '../../src/reconcile/hub/reports.ts';

const good = report('app', 'west', 'east');
const written = (body: unknown): Notice => ({
  ...good,
  metadata: { ...good.metadata, name: 'east.links.east' },
  spec: { ...good.spec, cluster: 'east', statement: JSON.stringify({ cluster: 'east', body }) },
});
const judge = (notices: readonly Notice[]) => {
  const reports = new ReportReader().of(notices);
  return planSliceStatus(
    {
      slice: slice('app'),
      accepted: { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' },
      exchangeNamespace: 'x',
      withoutBlock: new Map(),
      shortage: undefined,
      policiesServed: true,
      retired: [],
      missing: new Map(),
      clusters: ['east', 'west'].map((name) => ({ name, blocks: [], connected: true, report: reports.get(name) })),
    },
    0,
  );
};

it.each([
  ['a link without a cluster', { ...JSON.parse(good.spec.statement).body, worst: [{}] }],
  ['null', null],
  ['lists of null', { nodes: 1, clusters: [null], worst: [null], impaired: [null], impairedNodes: 0, missingNodes: [null], missing: 0 }],
  ['what an older version wrote', { nodes: 1, expected: 1, up: 1, links: [], missingNodes: [] }],
])('%s is as good as no report, and concerns its author alone', (_, body) => {
  const { clusters } = judge([written(body), good]);
  expect(clusters?.map(({ name, message }) => [name, message])).toEqual([
    ['east', 'Cluster east has not reported its nodes yet.'],
    ['west', undefined],
  ]);
});

it('nothing that a cluster writes throws', () => {
  const anything = fc.jsonValue();
  const lists = fc.record({ nodes: anything, clusters: fc.array(anything), worst: fc.array(anything), impaired: fc.array(anything) });
  fc.assert(fc.property(fc.oneof(anything, lists), (body) => void judge([written(body), good])));
});
