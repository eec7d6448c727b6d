import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { type ExportEndpoint, endpointsPerShard } from '../statement/export.ts';
import { assignShards, endpointBytes, maxEndpoints } from './shards.ts';

const endpoint = (pod: string, ready = true): ExportEndpoint => ({ pod, node: 'n1', addresses: ['10.0.0.2'], ready });
const many = (count: number, ready = true): ExportEndpoint[] =>
  Array.from({ length: count }, (_, index) => endpoint(`pod-${String(index).padStart(5, '0')}`, ready));
const published = ({ shards }: ReturnType<typeof assignShards>): Map<string, number> =>
  new Map([...shards].flatMap(([shard, held]) => held.map(({ pod }) => [pod, shard])));

describe('assignShards', () => {
  it('fills the first shard first, and no shard beyond its bounds', () => {
    const plan = assignShards(many(250), new Map());
    expect([...plan.shards].map(([shard, held]) => [shard, held.length])).toEqual([
      [0, 100],
      [1, 100],
      [2, 50],
    ]);
  });

  it('keeps every endpoint in its shard when one goes, and puts a new one where there is room', () => {
    const before = assignShards(many(250), new Map());
    const after = assignShards([...many(250).slice(1), endpoint('new')], published(before));
    const moved = [...published(after)].filter(([pod, shard]) => published(before).get(pod) !== shard);
    expect(moved).toEqual([['new', 0]]);
  });

  it('uses no more shards than it may, keeps those that are published, and says what finds no room', () => {
    const plan = assignShards(many(250), new Map(), 1);
    expect([...plan.shards.keys()]).toEqual([0, 1]);
    expect(plan.omitted).toBe(50);
    const moved = new Map([...published(plan)].map(([pod, shard]) => [pod, shard === 1 ? 7 : shard]));
    expect([...assignShards(many(250), moved, 1).shards.keys()]).toEqual([0, 7]);
    expect(assignShards(many(250), moved, 0).omitted).toBe(150);
  });

  it('knows the bytes of an endpoint without writing it', () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
    const optional = fc.record(
      {
        hostname: name,
        terminating: fc.constant(true as const),
        targetPorts: fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 5 }),
      },
      { requiredKeys: [] },
    );
    const addresses = fc.constantFrom(['10.0.0.1'], ['fd00::1'], ['10.20.30.40', 'fd00::1']);
    fc.assert(
      fc.property(name, name, addresses, fc.boolean(), optional, (pod, node, list, ready, more) => {
        const one = { pod, node, addresses: list, ready, ...more };
        expect(endpointBytes(one)).toBe(Buffer.byteLength(canonicalJson(one)) + 1);
      }),
    );
  });

  it('leaves the not ready ones out when there are too many, and says how many', () => {
    const plan = assignShards(
      [...many(maxEndpoints - 1), ...many(10, false).map((one) => ({ ...one, pod: `late-${one.pod}` }))],
      new Map(),
    );
    expect(plan.omitted).toBe(9);
    expect([...published(plan).keys()].filter((pod) => pod.startsWith('late-'))).toHaveLength(1);
  });

  it('makes room for those that take connections when all places are taken', () => {
    const old = many(maxEndpoints, false);
    const before = published(assignShards(old, new Map()));
    const after = published(assignShards([...old, endpoint('new')], before));
    expect(after.size).toBe(maxEndpoints);
    expect(after.get('new')).toBe(0);
  });

  it('keeps each statement small enough for long names', () => {
    const long = 'x'.repeat(60);
    const name = (index: number): string => `${index}.${long}.${long}.${long}`;
    const plan = assignShards(
      Array.from({ length: 300 }, (_, index) => ({ ...endpoint(name(index)), node: name(index) })),
      new Map(),
    );
    for (const held of plan.shards.values()) expect(canonicalJson(held).length).toBeLessThan(21_000);
    expect(published(plan).size).toBe(300);
  });

  it('loses nothing that fits and moves nothing that may stay, whatever came before', () => {
    const pods = fc.uniqueArray(fc.nat(400), { maxLength: 300 });
    fc.assert(
      fc.property(pods, pods, (first, second) => {
        const before = assignShards(
          first.map((index) => endpoint(`p${index}`)),
          new Map(),
        );
        const after = assignShards(
          second.map((index) => endpoint(`p${index}`)),
          published(before),
        );
        expect(after.omitted).toBe(0);
        expect([...published(after).keys()].toSorted()).toEqual(second.map((index) => `p${index}`).toSorted());
        for (const [pod, shard] of published(after)) expect(published(before).get(pod) ?? shard).toBe(shard);
        for (const held of after.shards.values()) expect(held.length).toBeLessThanOrEqual(endpointsPerShard);
      }),
      { numRuns: 50 },
    );
  });
});
