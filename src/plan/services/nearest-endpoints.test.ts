import { describe, expect, it } from 'vitest';
import { type NodePlace, nearestEndpoints, type TrafficPolicy, trafficPolicyOf } from './nearest-endpoints.ts';

const here: NodePlace = { cluster: 'east', node: 'n1' };
const places = {
  node: here,
  cluster: { cluster: 'east', node: 'n2' },
  namesake: { cluster: 'west', node: 'n1' },
  far: { cluster: 'west', node: 'n9' },
};
type Place = keyof typeof places;
const all = Object.keys(places) as Place[];
const others: Place[] = ['cluster', 'namesake', 'far'];
const remote: Place[] = ['namesake', 'far'];

const chosen = (usable: readonly Place[], policy: TrafficPolicy): Place[] => {
  const endpoints = usable.map((place) => ({ ...places[place], place }));
  return nearestEndpoints(endpoints, policy, here).map(({ place }) => place);
};

describe('the endpoints that clients of a node get', () => {
  const [none, cluster, node, local] = [{}, { prefers: 'Cluster' }, { prefers: 'Node' }, { onlyOnNode: true }] as const;
  it.each<[string, TrafficPolicy, readonly Place[], readonly Place[]]>([
    ['without a policy', none, all, all],
    ['without a policy and without any', none, [], []],
    ['near ones first', cluster, all, ['node', 'cluster']],
    ['near ones first, without one on the node', cluster, others, ['cluster']],
    ['near ones first, without one in the cluster', cluster, remote, remote],
    ['near ones first, without any', cluster, [], []],
    ['of the node first', node, all, ['node']],
    ['of the node first, without one there', node, others, ['cluster']],
    ['of the node first, without one in the cluster', node, remote, remote],
    ['of the node only', local, all, ['node']],
    ['of the node only, without one there', local, others, []],
    ['of the node only, whatever comes first', { ...local, prefers: 'Cluster' }, all, ['node']],
    ['of the node only, without one there, whatever comes first', { ...local, prefers: 'Cluster' }, others, []],
  ])('%s', (_, policy, usable, expected) => {
    expect(chosen(usable, policy)).toEqual(expected);
    expect(chosen(usable.toReversed(), policy)).toEqual(expected.toReversed());
  });

  it.each([none, cluster, node, local])('are all while this node does not know its cluster: %j', (policy) => {
    const endpoints = Object.values(places);
    expect(nearestEndpoints(endpoints, policy, undefined)).toEqual(endpoints);
  });
});

describe('the fields of a Service', () => {
  it.each<[string | undefined, string | undefined, TrafficPolicy]>([
    [undefined, undefined, {}],
    ['Cluster', undefined, {}],
    ['Local', undefined, { onlyOnNode: true }],
    [undefined, 'PreferClose', { prefers: 'Cluster' }],
    [undefined, 'PreferSameZone', { prefers: 'Cluster' }],
    [undefined, 'PreferSameNode', { prefers: 'Node' }],
    ['Local', 'PreferSameNode', { onlyOnNode: true, prefers: 'Node' }],
    // Values of later versions, and of nobody.
    ['Rack', 'PreferSameRack', {}],
    ['local', 'toString', {}],
  ])('%s, %s', (internalTrafficPolicy, trafficDistribution, expected) => {
    expect(trafficPolicyOf({ internalTrafficPolicy, trafficDistribution })).toEqual(expected);
  });
});
