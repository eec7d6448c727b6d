import { beforeEach, describe, expect, it } from 'vitest';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import type { Change } from '../../../kubernetes/mirror.ts';
import { longestHoldMs } from '../../../plan/links/path-check.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import { createPaths, type Paths } from './paths.ts';

const changeOf = <T>(object: object): Change<T> => ({ type: 'updated', key: 'k', object: object as T, initial: false });
const peer = (resourceVersion: string, ...blocks: readonly string[]): Change<SlicePeer> =>
  changeOf({ metadata: { name: 'p', resourceVersion }, spec: { slice: 'app', cluster: 'east', node: 'n1', blocks } });
const sliceNode = (peersVersion: number, slice = 'app') => ({ spec: { slice }, status: { publicKey: 'k', peersVersion } });

let clock: HandClock;
let nodes: object[];
let scans: number;
let paths: Paths;

beforeEach(() => {
  clock = handClock();
  nodes = [sliceNode(9), sliceNode(8), { spec: { slice: 'app', idle: true } }];
  scans = 0;
  const byIndex = () => {
    scans += 1;
    return nodes as SliceNode[];
  };
  paths = createPaths({ slice: 'app', sliceNodes: { byIndex }, clock });
  paths.peerChanged({ ...peer('7', '10.0.1.0/26'), initial: true });
  paths.peerChanged(peer('9', '10.0.1.0/26', '10.0.2.0/26'));
});

const held = (address = '10.0.2.5'): number | undefined => paths.heldUntil('east', 'n1', address);

describe('the paths of a slice', () => {
  it('hold an address in new blocks until each node has added them', () => {
    const until = clock.monotonic() + longestHoldMs;
    expect([held('10.0.1.5'), held()]).toEqual([undefined, until]);
    nodes[1] = sliceNode(9);
    paths.nodeChanged(changeOf(sliceNode(9)));
    expect(held()).toBeUndefined();
  });

  it('hold an address of a new node while a node here joins, which has no path at all', () => {
    const path = createPaths({ slice: 'app', sliceNodes: { byIndex: () => nodes as SliceNode[] }, clock });
    path.peerChanged(peer('8', '10.0.1.0/26'));
    expect(path.heldUntil('east', 'n1', '10.0.1.5')).toBeUndefined();
    nodes.push({ spec: { slice: 'app' } });
    path.nodeChanged(changeOf({ spec: { slice: 'app' } }));
    expect(path.heldUntil('east', 'n1', '10.0.1.5')).toBe(clock.monotonic() + longestHoldMs);
  });

  it('look at the nodes once for each change of one, however many addresses are asked for', () => {
    for (let last = 1; last < 60; last += 1) held(`10.0.2.${last}`);
    expect(scans).toBe(1);
    paths.nodeChanged(changeOf(sliceNode(8)));
    for (let last = 1; last < 60; last += 1) held(`10.0.2.${last}`);
    expect(scans).toBe(2);
    paths.nodeChanged(changeOf(sliceNode(1, 'other')));
    held();
    expect(scans).toBe(2);
  });

  it('know no path to a node that is gone, or of another slice', () => {
    paths.peerChanged({ ...peer('10', '10.0.1.0/26'), type: 'deleted' });
    const foreign = peer('11', '10.0.1.0/26');
    paths.peerChanged({ ...foreign, object: { ...foreign.object, spec: { ...foreign.object.spec, slice: 'other' } } });
    expect(held('10.0.1.5')).toBe(Infinity);
  });
});
