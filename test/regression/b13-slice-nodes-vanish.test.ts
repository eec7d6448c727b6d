import { expect, it } from 'vitest';
import { holdLost, holdMs, type LostObjectsInput } from '../../src/plan/facts/lost-objects.ts';
import type { PeerFacts, SliceFacts } from '../../src/plan/facts/node-state.ts';

/*
 * B13: when a member's etcd was restored from a copy that knew no SliceNodes, every agent took its slices down at once.
 */

const peer = (node: string): PeerFacts => ({
  cluster: 'west',
  node,
  publicKey: `key-${node}`,
  endpoints: [],
  blocks: [`10.0.${node}.0/24`],
  router: `10.0.${node}.1`,
});
const slice: SliceFacts = {
  name: 'app',
  uid: 'u',
  subnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  namespaces: ['ns'],
  peers: [peer('1'), peer('2')],
};
const input = (rest: Partial<LostObjectsInput>): LostObjectsInput => ({
  before: [slice],
  present: new Map(),
  ended: new Set(),
  deleted: new Set(),
  endedPeers: new Set(),
  standing: new Set(),
  losses: new Map(),
  now: 1_000,
  ...rest,
});
const there = (rest: Partial<SliceFacts> = {}) => new Map([['app', { ...slice, ...rest }]]);
const names = (facts: readonly PeerFacts[] | undefined) => facts?.map(({ node }) => node);

it.each<[string, Partial<LostObjectsInput>, readonly SliceFacts[]]>([
  ['there', { present: there({ blocks: ['10.0.9.0/24'] }) }, [{ ...slice, blocks: ['10.0.9.0/24'] }]],
  ['there without a peer, and no loss', { present: there({ peers: [] }) }, [{ ...slice, peers: [] }]],
  ['ended, and so is the Slice', { ended: new Set(['app']) }, []],
  ['deleted with the Slice, as with their definitions', { deleted: new Set(['app']) }, [slice]],
  ['deleted so for long', { deleted: new Set(['app']), losses: new Map([['app', 1_000 - 2 * holdMs]]) }, [slice]],
  ['deleted while the Slice stands', { ended: new Set(['app']), standing: new Set(['app']) }, [slice]],
  ['lacking in a list', {}, [slice]],
  ['lacking for long', { losses: new Map([['app', 1_000 - holdMs]]) }, []],
  ['lacking for long while the Slice stands', { losses: new Map([['app', 1_000 - holdMs]]), standing: new Set(['app']) }, [slice]],
  ['new', { before: [], present: there() }, [slice]],
])('a SliceNode that is %s', (_, rest, slices) => {
  expect(holdLost(input(rest)).slices).toEqual(slices);
});

it('peers come back with the SliceNode, but for those that an event ended, and for ten minutes at the most', () => {
  const { losses } = holdLost(input({}));
  const back = { present: there({ peers: [] }), losses };
  expect(names(holdLost(input(back)).slices[0]?.peers)).toEqual(['1', '2']);
  expect(names(holdLost(input({ ...back, endedPeers: new Set(['app/west/1']) })).slices[0]?.peers)).toEqual(['2']);
  expect(names(holdLost(input({ ...back, now: 1_000 + holdMs })).slices[0]?.peers)).toEqual([]);
  expect(names(holdLost(input({ ...back, present: there({ peers: [], uid: 'other' }) })).slices[0]?.peers)).toEqual([]);
  const moved = { ...peer('3'), blocks: ['10.0.1.0/24'] };
  expect(names(holdLost(input({ ...back, present: there({ peers: [moved] }) })).slices[0]?.peers)).toEqual(['2', '3']);
});

it('peers come back also when the SliceNode was deleted with its definition for longer than that', () => {
  const deleted = { deleted: new Set(['app']) };
  const first = holdLost(input(deleted));
  const later = holdLost(input({ ...deleted, before: first.slices, losses: first.losses, now: 1_000 + 5 * holdMs }));
  const back = holdLost(input({ present: there({ peers: [] }), before: later.slices, losses: later.losses, now: 1_001 + 5 * holdMs }));
  expect(names(back.slices[0]?.peers)).toEqual(['1', '2']);
});

it('changes nothing when planned again', () => {
  const first = holdLost(input({}));
  expect(holdLost(input({ before: first.slices, losses: first.losses }))).toEqual(first);
});
