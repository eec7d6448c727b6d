import { describe, expect, it } from 'vitest';
import { overlaps, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint } from '../../values/address/cidr-space.ts';
import { subnetLayout } from '../../values/address/subnet-layout.ts';
import { type Addressing, planAddressing } from './cluster-blocks.ts';

const none = { written: [], retired: [] };
const plan = (sliceSubnet: string, clusters: Record<string, number>, before: Pick<Addressing, 'written' | 'retired'> = none) =>
  planAddressing({
    ...before,
    sliceSubnet,
    clusters: Object.entries(clusters).map(([cluster, wantedAddresses]) => ({ cluster, wantedAddresses })),
  });
const blocks = (addressing: Addressing) => Object.fromEntries(addressing.written.map(({ cluster, blocks }) => [cluster, blocks]));

describe('planAddressing', () => {
  it.each([
    ['10.0.0.0/16', { east: ['10.0.0.0/24'], west: ['10.0.1.0/24'] }],
    ['10.0.0.0/18', { east: ['10.0.0.0/25'], west: ['10.0.0.128/25'] }],
    ['10.0.0.0/24', { east: ['10.0.0.0/28'], west: ['10.0.0.16/28'] }],
  ])('begins %s', (subnet, expected) => {
    const addressing = plan(subnet, { west: 0, east: 0 });
    expect(blocks(addressing)).toEqual(expected);
    expect(addressing.refusals).toEqual([]);
  });

  it('grows, keeps what is written, and gives a later cluster its own', () => {
    const first = plan('10.0.0.0/16', { east: 0, west: 0 });
    const second = plan('10.0.0.0/16', { east: 300, north: 0, west: 0 }, first);
    expect(blocks(second)['east']?.slice(0, 1)).toEqual(blocks(first)['east']);
    expect(blocks(second)['east']).toHaveLength(2);
    expect(blocks(second)['west']).toEqual(blocks(first)['west']);
    expect(blocks(second)['north']).toHaveLength(1);
  });

  it('fits two to four clusters into the smallest subnets', () => {
    for (const subnet of ['10.0.0.0/24', '10.0.0.0/26', '10.0.0.0/28']) {
      for (const clusters of [2, 3, 4]) {
        const names = Object.fromEntries(Array.from({ length: clusters }, (_, i) => [`c${i}`, 0]));
        const addressing = plan(subnet, names);
        expect(addressing.written).toHaveLength(clusters);
        expect(addressing.refusals.filter(({ excluded }) => excluded)).toEqual([]);
      }
    }
  });

  it('says which cluster got nothing, why, and what to do', () => {
    const names = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`c${i}`, 0]));
    const addressing = plan('10.0.0.0/28', names);
    expect(addressing.refusals.filter(({ excluded }) => excluded).map(({ cluster }) => cluster)).toEqual(['c4', 'c5']);
    expect(addressing.refusals.at(-1)).toEqual({
      cluster: 'c5',
      code: 'AddressExhausted',
      excluded: true,
      message:
        'sliceSubnet 10.0.0.0/28 is too small for its 6 clusters: cluster "c5" got no address block, because 4 others hold all 15 pod addresses; create a new slice with a larger sliceSubnet, or name fewer clusters in spec.clusters.',
    });
    expect(addressing.refusals[0]?.message).toContain('Cluster "c3" needs 1 more addresses than its 3');
  });

  it('gives a removed cluster’s block to another only when nothing else is left, and back to itself at once', () => {
    const full = plan('10.0.0.0/28', { a: 0, b: 0, c: 0 });
    const left = plan('10.0.0.0/28', { b: 0, c: 0 }, full);
    expect(left.retired).toEqual([{ owner: 'a', block: blocks(full)['a']?.[0] }]);
    expect(blocks(plan('10.0.0.0/28', { a: 0, b: 0, c: 0 }, left))).toEqual(blocks(full));
    const other = plan('10.0.0.0/28', { b: 0, c: 0, d: 0 }, left);
    expect(blocks(other)['d']?.[0]).not.toBe(blocks(full)['a']?.[0]);
    expect(blocks(other)['b']).toEqual(blocks(full)['b']);
  });

  it('replaces what cannot be and says so', () => {
    const before = {
      written: [
        { cluster: 'a', blocks: ['10.0.240.0/24', '10.0.7.0/24'] },
        { cluster: 'b', blocks: ['10.0.7.0/25'] },
      ],
      retired: [],
    };
    const addressing = plan('10.0.0.0/16', { a: 0, b: 0 }, before);
    expect(blocks(addressing)['a']).toEqual(['10.0.7.0/24']);
    expect(addressing.refusals.map(({ cluster, code }) => [cluster, code])).toEqual([
      ['a', 'Conflict'],
      ['b', 'Conflict'],
    ]);
  });

  it('never meets the service range, at 250 clusters of 100 nodes', () => {
    const names = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`cluster-${i}`, 6400]));
    const start = performance.now();
    const addressing = plan('10.0.0.0/8', names);
    const again = plan('10.0.0.0/8', names, addressing);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(again).toEqual(addressing);
    const all = addressing.written.flatMap((entry) => entry.blocks.map(parseCidr));
    expect(areDisjoint(all)).toBe(true);
    expect(all.some((block) => overlaps(block, subnetLayout('10.0.0.0/8').services))).toBe(false);
    expect(addressing.refusals).toEqual([]);
    for (const entry of addressing.written) expect(entry.blocks.length).toBeLessThanOrEqual(8);
  });
});
