import { describe, expect, it } from 'vitest';
import { cpuCost, growthOf } from '../../../../test/cpu-cost.ts';
import type { Membership } from '../../../api/membership/type.ts';
import { sliceNode } from '../../fixtures/worker.ts';
import { planNodeUse } from './node-use.ts';
import { planSliceNodes, type SliceNodesSnapshot, sameDemand, spareNodes } from './slice-nodes.ts';

const membership = (blocks: string[], sliceUID = 'u'): Membership => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Membership',
  metadata: { name: 'app.east', namespace: 'default' },
  spec: {
    project: 'default',
    slice: 'app',
    sliceUID,
    cluster: 'east',
    exchangeNamespace: 'x',
    sliceSubnet: '10.0.0.0/16',
    namespaces: ['app-ns'],
    blocks,
    driver: 'Auto',
  },
});
const plan = (snapshot: Partial<SliceNodesSnapshot>) =>
  planSliceNodes({
    membership: membership(['10.0.0.0/24']),
    nodes: ['n2', 'n1'],
    needed: new Set(['n1', 'n2']),
    mayLeave: () => true,
    written: [],
    retired: [],
    ...snapshot,
  });
const pods = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`uid-${index}`, { namespace: 'app-ns', name: `p${index}`, address: '' }]),
  );

describe('the nodes of a slice in this cluster', () => {
  const first = plan({});

  it('get the blocks back that are stated for them when their SliceNode vanished, but not those of nodes that are gone', () => {
    const stated = [
      { node: 'n1', blocks: ['10.0.0.192/26'] },
      { node: 'gone', blocks: ['10.0.0.128/26'] },
    ];
    expect(plan({ stated }).desired.map(({ spec }) => [spec.node, spec.blocks])).toEqual([
      ['n1', ['10.0.0.192/26']],
      ['n2', ['10.0.0.0/26']],
    ]);
    // What is written counts first.
    expect(plan({ stated, written: first.desired }).desired).toEqual(first.desired);
  });

  it('have blocks each, and nothing changes once they are written down', () => {
    expect(first.desired.map(({ metadata, spec }) => [metadata.name, spec.blocks])).toEqual([
      ['app.n1', ['10.0.0.0/26']],
      ['app.n2', ['10.0.0.64/26']],
    ]);
    expect(first).toMatchObject({ changed: true, surplus: [], retired: [], wantedAddresses: undefined });
    const again = plan({ written: first.desired.toReversed(), nodes: ['n1', 'n2'] });
    expect(again).toEqual({ ...first, changed: false });
  });

  it('that are gone are surplus, and their blocks retire', () => {
    const without = plan({ written: first.desired, nodes: ['n2'] });
    expect(without.surplus).toEqual(first.desired.slice(0, 1));
    expect(without).toMatchObject({ changed: true, retired: [{ owner: 'n1', block: '10.0.0.0/26' }] });
    const back = plan({ written: without.desired, retired: without.retired });
    expect(back.desired).toEqual(first.desired);
  });

  it('that are not needed are idle without blocks, and take none from the others', () => {
    const one = plan({ needed: new Set(['n2']) });
    expect(one.desired.map(({ spec }) => [spec.node, spec.idle, spec.blocks])).toEqual([
      ['n1', true, []],
      ['n2', undefined, ['10.0.0.0/26']],
    ]);
    expect(plan({ needed: new Set(['n2']), written: one.desired })).toEqual({ ...one, changed: false });
  });

  it('find a block at once when they join: as many as are in the slice, three at least, and none beyond the fair share', () => {
    const nodes = Array.from({ length: 20 }, (_, index) => `n${index + 10}`);
    const wanted = (inSlice: number, more: Partial<SliceNodesSnapshot> = {}) =>
      plan({ nodes, needed: new Set(nodes.slice(0, inSlice)), membership: membership(['10.0.0.0/20']), ...more }).wantedAddresses;
    // One and three more fill the first block of the cluster.
    expect(wanted(1, { membership: membership(['10.0.0.0/24']) })).toBeUndefined();
    expect(wanted(2, { membership: membership(['10.0.0.0/24']) })).toBe(256 + 64);
    expect(wanted(4, { membership: membership(['10.0.0.0/24']) })).toBe(256 + 4 * 64);
    expect(wanted(10)).toBeUndefined();
    expect([0, 1, 4, 10, 18, 20].map((inSlice) => spareNodes(20, inSlice))).toEqual([3, 3, 4, 10, 2, 0]);
    // A hundred clusters share a /16: each may have 512 addresses.
    expect(wanted(7, { membership: membership(['10.0.0.0/24', '10.0.1.0/24']), clusters: 100 })).toBeUndefined();
  });

  it('that are not needed any more keep their blocks until the others have forgotten them, and get them back', () => {
    const needed = new Set(['n2']);
    const leaving = plan({ needed, written: first.desired, mayLeave: () => false });
    expect(leaving.desired.map(({ spec }) => [spec.node, spec.idle, spec.blocks])).toEqual([
      ['n1', true, ['10.0.0.0/26']],
      ['n2', undefined, ['10.0.0.64/26']],
    ]);
    expect(leaving).toMatchObject({ changed: false, retired: [] });
    const left = plan({ needed, written: leaving.desired });
    expect(left).toMatchObject({ changed: true, surplus: [], retired: [{ owner: 'n1', block: '10.0.0.0/26' }] });
    expect(left.desired[0]?.spec).toMatchObject({ idle: true, blocks: [] });
    expect(plan({ needed, written: left.desired, retired: left.retired })).toEqual({ ...left, changed: false });
    expect(plan({ written: left.desired, retired: left.retired }).desired).toEqual(first.desired);
  });

  it('of an earlier slice of the same name are surplus, whatever their blocks', () => {
    const afresh = plan({ written: first.desired, membership: membership(['10.0.5.0/24'], 'v') });
    expect(afresh.surplus).toEqual(first.desired);
    expect(afresh).toMatchObject({ changed: true, retired: [] });
    expect(afresh.desired.map(({ spec }) => [spec.sliceUID, ...spec.blocks])).toEqual([
      ['v', '10.0.5.0/26'],
      ['v', '10.0.5.64/26'],
    ]);
  });

  it('that are short of addresses make the cluster ask for more', () => {
    expect(plan({ membership: membership([]) })).toMatchObject({
      desired: [{ spec: { node: 'n1', blocks: [] } }, { spec: { node: 'n2', blocks: [] } }],
      wantedAddresses: 128,
    });
    const busy = first.desired.map((node) => ({ ...node, status: { pods: pods(60) } }));
    expect(plan({ membership: membership(['10.0.0.0/25']), written: busy }).wantedAddresses).toBe(256);
  });
});

it.each([
  ['links', sliceNode('n1', { links: { observedAt: '2026-01-01T00:00:00Z', clusters: {} } }), true],
  ['pods', sliceNode('n1', { pods: pods(1) }), false],
  ['its spec', { ...sliceNode('n1'), metadata: { name: 'app.n1', generation: 2 } }, false],
])('a SliceNode that differs in %s asks for the same: %s', (_, after, same) => {
  expect(sameDemand(sliceNode('n1'), after)).toBe(same);
});

it('ten times the nodes take less than fifteen times the time', async () => {
  const cost = (count: number): number => {
    const nodes = Array.from({ length: count }, (_, index) => `n${index}`);
    const hasPod = (node: string): boolean => /[02468]$/.test(node);
    const decide = () =>
      planNodeUse({
        nodes: nodes.map((node) => ({ node, serves: true })),
        hasPod,
        holding: new Set(nodes.filter(hasPod)),
        idleSince: new Map(),
        now: 0,
      });
    const granted = membership(['10.0.0.0/16']);
    const { desired } = plan({ membership: granted, nodes, needed: decide().needed });
    return cpuCost(() => plan({ membership: granted, nodes, needed: decide().needed, written: desired }));
  };
  expect(await growthOf(cost, 50, 15)).toBeLessThan(15);
});
