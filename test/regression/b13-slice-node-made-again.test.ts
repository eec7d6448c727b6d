import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, endExample, everybodySpeaks, nodesOf, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('B13: a SliceNode that somebody deletes is made again with its blocks, and no other cluster loses the peer meanwhile', {
  timeout: 60_000,
}, async () => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
  const [first] = nodesOf(east);
  if (first === undefined) throw new Error('no node');
  east.api.remove(sliceNodeKind, { namespace: memberNamespace, name: first.metadata.name });
  await vi.waitFor(() => {
    const again = nodesOf(east).find(({ metadata }) => metadata.name === first.metadata.name);
    expect(again?.metadata.uid).not.toBe(first.metadata.uid);
    expect(again?.spec.blocks).toEqual(first.spec.blocks);
  }, wait);
  await expect(vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).not.toBe(4), 700)).rejects.toThrow();
});
