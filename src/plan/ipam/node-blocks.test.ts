import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsCidr, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint, mergeCidrs } from '../../values/address/cidr-space.ts';
import { planAddressing } from './cluster-blocks.ts';
import { type NodeBlocksPlan, planNodeBlocks } from './node-blocks.ts';
import { planPodAddresses } from './pod-addresses.ts';

const none = { written: [], retired: [] };
const plan = (
  sliceSubnet: string,
  clusterBlocks: string[],
  nodes: Record<string, number>,
  before: Pick<NodeBlocksPlan, 'written' | 'retired'> = none,
): NodeBlocksPlan =>
  planNodeBlocks({
    written: before.written,
    retired: before.retired,
    sliceSubnet,
    clusterBlocks,
    nodes: Object.entries(nodes).map(([node, pods]) => ({ node, pods })),
  });
const blocks = (seen: NodeBlocksPlan) => Object.fromEntries(seen.written.map(({ node, blocks }) => [node, blocks]));

describe('planNodeBlocks', () => {
  it('gives each node a unit of the cluster’s block', () => {
    const seen = plan('10.0.0.0/16', ['10.0.0.0/24'], { n2: 0, n1: 0 });
    expect(blocks(seen)).toEqual({ n1: ['10.0.0.0/26'], n2: ['10.0.0.64/26'] });
    expect(seen).toMatchObject({ wantedAddresses: 256, shortages: [], isReserveShort: false });
  });

  it('grows before the node is full, and a node of 110 pods fits into two blocks', () => {
    const first = plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 0, n2: 0 });
    expect(blocks(plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 45, n2: 0 }, first))['n1']).toHaveLength(1);
    expect(blocks(plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 46, n2: 0 }, first))['n1']).toEqual(['10.0.0.0/26', '10.0.0.128/26']);
    const full = plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 107, n2: 0 }, first);
    expect(blocks(full)['n1']).toHaveLength(2);
  });

  it('grows when the only address for a pod is taken, however small the subnet', () => {
    for (const subnet of ['10.0.0.0/26', '10.0.0.0/27', '10.0.0.0/28']) {
      const first = plan(subnet, ['10.0.0.0/29'], { n1: 0 });
      const size = blocks(first)['n1']?.reduce((sum, block) => sum + 2 ** (32 - Number(block.split('/')[1])), 0) ?? 0;
      const grown = plan(subnet, ['10.0.0.0/29'], { n1: size - 1 }, first);
      expect(blocks(grown)['n1']?.length).toBeGreaterThan(blocks(first)['n1']?.length ?? 0);
    }
  });

  it('asks the hub for what is missing, and says so of each node', () => {
    const seen = plan('10.0.0.0/16', [], { n1: 0, n2: 50 });
    expect(seen.wantedAddresses).toBe(64 + 128);
    expect(seen.shortages.map(({ node, excluded }) => [node, excluded])).toEqual([
      ['n1', true],
      ['n2', true],
    ]);
    expect(seen.shortages[0]?.message).toContain('Node "n1" has no slice address yet');
    const grown = plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 0, n2: 50, n3: 0, n4: 0 });
    expect(grown.wantedAddresses).toBe(256 + 64);
    expect(grown.shortages).toEqual([{ node: 'n2', excluded: false, message: expect.stringContaining('"n2" needs 64 more') }]);
  });

  it('finds the blocks of a node that returns', () => {
    const first = plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 0, n2: 0 });
    const without = plan('10.0.0.0/16', ['10.0.0.0/24'], { n2: 0 }, first);
    expect(without.retired).toEqual([{ owner: 'n1', block: '10.0.0.0/26' }]);
    expect(blocks(plan('10.0.0.0/16', ['10.0.0.0/24'], { n2: 0, n3: 0 }, without))['n3']).toEqual(['10.0.0.128/26']);
    expect(blocks(plan('10.0.0.0/16', ['10.0.0.0/24'], { n1: 0, n2: 0 }, without))).toEqual(blocks(first));
  });

  it('replaces blocks that the cluster no longer has', () => {
    const before = { written: [{ node: 'n1', blocks: ['10.0.0.0/26'] }], retired: [{ owner: 'n9', block: '10.0.0.64/26' }] };
    const seen = plan('10.0.0.0/16', ['10.0.5.0/24'], { n1: 0 }, before);
    expect(blocks(seen)).toEqual({ n1: ['10.0.5.0/26'] });
    expect(seen.retired).toEqual([]);
  });
});

describe('hub, worker and node together', () => {
  /** Lets hub and worker answer one another until nothing changes, as the loops do. */
  const settle = (sliceSubnet: string, clusters: Record<string, Record<string, number>>) => {
    let addressing = planAddressing({ ...none, sliceSubnet, clusters: [] });
    let nodePlans: Record<string, NodeBlocksPlan> = {};
    let rounds = 0;
    for (let changed = true; changed; rounds++) {
      const seen = JSON.stringify([addressing, nodePlans]);
      const wanted = Object.keys(clusters).map((cluster) => ({ cluster, wantedAddresses: nodePlans[cluster]?.wantedAddresses ?? 0 }));
      addressing = planAddressing({ ...addressing, sliceSubnet, clusters: wanted });
      const granted = Object.fromEntries(addressing.written.map(({ cluster, blocks }) => [cluster, [...blocks]]));
      nodePlans = Object.fromEntries(
        Object.entries(clusters).map(([cluster, nodes]) => [cluster, plan(sliceSubnet, granted[cluster] ?? [], nodes, nodePlans[cluster])]),
      );
      changed = JSON.stringify([addressing, nodePlans]) !== seen;
      expect(rounds).toBeLessThan(10);
    }
    return { addressing, nodePlans };
  };

  it.each([
    ['10.0.0.0/16', 4, 3, 110],
    ['10.0.0.0/18', 4, 2, 100],
    ['10.0.0.0/24', 4, 2, 10],
    ['10.0.0.0/26', 4, 2, 3],
    ['10.0.0.0/28', 2, 2, 2],
  ])('%s carries %i clusters of %i nodes with %i pods each', (subnet, clusterCount, nodeCount, pods) => {
    const nodes = Object.fromEntries(Array.from({ length: nodeCount }, (_, i) => [`n${i}`, pods]));
    const clusters = Object.fromEntries(Array.from({ length: clusterCount }, (_, i) => [`c${i}`, nodes]));
    const { nodePlans } = settle(subnet, clusters);
    const used: string[] = [];
    for (const cluster of Object.values(nodePlans)) {
      for (const { blocks } of cluster.written) {
        const uids = Array.from({ length: pods }, (_, i) => `pod-${i}`);
        const addresses = planPodAddresses({ blocks, leases: {}, freed: {}, pods: uids, now: 0, withdrawnThrough: undefined });
        expect(addresses.refusals).toEqual([]);
        used.push(addresses.router ?? 'none', ...Object.values(addresses.leases));
      }
    }
    expect(used).toHaveLength(clusterCount * nodeCount * (pods + 1));
    expect(new Set(used).size).toBe(used.length);
  });
});

describe('over any history', () => {
  const node = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.record({
    nodes: fc.dictionary(node, fc.integer({ min: 0, max: 30 }), { maxKeys: 5 }),
    granted: fc.integer({ min: 0, max: 6 }),
  });
  const history = fc.array(step, { minLength: 1, maxLength: 8 });
  const pieces = ['10.0.0.0/28', '10.0.0.32/28', '10.0.0.48/28', '10.0.0.66/31', '10.0.0.71/32', '10.0.0.96/28'];

  it('blocks stay inside the cluster’s, never overlap, never move; planning again and input order change nothing', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let seen: NodeBlocksPlan = { ...none, wantedAddresses: 0, shortages: [], isReserveShort: false };
        let granted = 0;
        for (const { nodes, granted: more } of steps) {
          granted = Math.max(granted, more);
          const clusterBlocks = pieces.slice(0, granted);
          const next = plan('10.0.0.0/24', clusterBlocks, nodes, seen);
          const all = [...next.written.flatMap((entry) => entry.blocks), ...next.retired.map((entry) => entry.block)].map(parseCidr);
          expect(areDisjoint(all)).toBe(true);
          const space = mergeCidrs(clusterBlocks.map(parseCidr));
          expect(all.every((block) => space.some((whole) => containsCidr(whole, block)))).toBe(true);
          for (const entry of seen.written) {
            if (nodes[entry.node] !== undefined) expect(blocks(next)[entry.node]?.slice(0, entry.blocks.length)).toEqual(entry.blocks);
          }
          expect(plan('10.0.0.0/24', clusterBlocks, nodes, next)).toEqual(next);
          const reversed = Object.fromEntries(Object.entries(nodes).toReversed());
          expect(plan('10.0.0.0/24', clusterBlocks, reversed, { ...seen, written: seen.written.toReversed() })).toEqual(next);
          seen = next;
        }
      }),
    );
  });
});
