import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { membershipKind, noticeKind, sliceNodeKind } from '../../src/api/kinds.ts';
import { nodeKind } from '../../src/kubernetes/kinds.ts';
import { releaseAfterMs } from '../../src/plan/ipam/release-blocks.ts';
import { beginExample, east, endExample, everybodySpeaks, fleet, nodesOf, wait } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

const blocks = (): string[] => fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'east')?.spec.blocks ?? [];
const stated = (): unknown => {
  const notice = fleet.hub.objects(noticeKind).find(({ spec }) => spec.cluster === 'east' && spec.kind === 'Cluster');
  return (JSON.parse(notice?.spec.statement ?? '{}') as { body?: { blocks?: unknown } }).body?.blocks;
};
/** That many pods on a node. */
const run = (node: string, count: number): void => {
  const found = nodesOf(east).find(({ spec }) => spec.node === node);
  if (found === undefined) throw new Error(`no ${node}`);
  const pods = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`pod-${index}`, { namespace: 'app-ns', name: `p${index}`, address: '10.0.0.9' }]),
  );
  east.api.put(sliceNodeKind, { ...found, status: { ...found.status, pods } });
};

describe('B8: the blocks of a cluster', () => {
  it('return when their nodes are gone and nobody has used them for an hour, and grow again', async () => {
    await everybodySpeaks();
    const first = blocks();
    expect(first).toHaveLength(1);
    run('node-1', 700);
    await vi.waitFor(() => expect(blocks().length).toBeGreaterThan(2), wait);
    const grown = blocks();
    expect(grown.slice(0, 1)).toEqual(first);

    await vi.waitFor(() => expect(nodesOf(east).find(({ spec }) => spec.node === 'node-1')?.spec.blocks.length).toBeGreaterThan(1), wait);
    east.api.remove(nodeKind, { name: 'node-1' });
    await vi.waitFor(() => expect(nodesOf(east)).toHaveLength(1), wait);
    expect(blocks()).toEqual(grown);
    await fleet.soon(() => expect(blocks().length).toBeLessThan(grown.length), { stepMs: releaseAfterMs });
    expect(grown.slice(0, blocks().length)).toEqual(blocks());
    await vi.waitFor(() => expect(stated()).toEqual(blocks()), wait);
    const status = fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'east')?.status;
    await vi.waitFor(() => expect(status?.releasedBlocks?.filter((block) => blocks().includes(block)) ?? []).toEqual([]), wait);

    run('node-2', 900);
    await vi.waitFor(() => expect(blocks().length).toBeGreaterThan(2), wait);
  });
});
