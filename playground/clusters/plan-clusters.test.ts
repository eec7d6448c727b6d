import { describe, expect, test } from 'vitest';
import { planClusters } from './plan-clusters.ts';

const hub = { name: 'hub', index: 1, nodes: 2 };
const east = { name: 'east', index: 2, nodes: 2 };

describe('clusters of a playground', () => {
  test('a new one has hub, east and west with two nodes each', () => {
    expect(planClusters([], [], undefined)).toEqual([hub, east, { name: 'west', index: 3, nodes: 2 }]);
  });

  test('the hub is always among them, and first', () => {
    expect(planClusters([], ['north', 'hub', 'north'], 1)).toEqual(
      [
        { name: 'hub', index: 1, nodes: 2 },
        { name: 'north', index: 2, nodes: 1 },
      ].map((cluster) => ({ ...cluster, nodes: 1 })),
    );
  });

  test('nothing said leaves what is there', () => {
    expect(planClusters([hub, east], [], undefined)).toEqual([hub, east]);
  });

  test('a cluster is added behind, with an index that was never given', () => {
    expect(planClusters([hub, { ...east, index: 5 }], ['west'], undefined)).toEqual([
      hub,
      { ...east, index: 5 },
      { name: 'west', index: 6, nodes: 2 },
    ]);
  });

  test('nodes are added where they are asked for', () => {
    expect(planClusters([hub, east], ['east'], 3)).toEqual([hub, { ...east, nodes: 3 }]);
    expect(planClusters([hub, east], [], 3).map((cluster) => cluster.nodes)).toEqual([3, 3]);
  });

  test('the input is not changed', () => {
    planClusters([hub, east], [], 3);
    expect(hub.nodes).toBe(2);
  });

  test.each([
    [[hub, east], [], 1, /"hub" has 2 nodes already/],
    [[], [], 0, /between 1 and 100 nodes, not 0/],
    [[], [], 1.5, /not 1.5/],
    [[], ['East'], undefined, /"East" cannot name a cluster/],
    [[], ['east.1'], undefined, /"east.1"/],
    [[], Array.from({ length: 15 }, (_, each) => `c${each}`), undefined, /at most 15 clusters: "c14"/],
  ])('refuses %#', (existing, wanted, nodes, words) => {
    expect(() => planClusters(existing, wanted, nodes)).toThrow(words);
  });
});
