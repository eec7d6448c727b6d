import { expect, it } from 'vitest';
import type { Node } from '../../values/builtin/node.ts';
import { planClusterFacts } from './cluster-facts.ts';

const node = (name: string, podCIDR: string, ip: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { podCIDR },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address: ip },
    ],
  },
});

it('joins pod networks that touch, keeps addresses only, and does not depend on the order of nodes', () => {
  const nodes = [
    node('b', '10.244.1.0/24', '192.168.0.2'),
    node('a', '10.244.0.0/24', '192.168.0.1'),
    node('c', '10.244.9.0/24', '192.168.0.3'),
  ];
  const facts = planClusterFacts({
    nodes,
    serviceNetworks: ['10.96.0.0/16'],
    version: '1',
    names: undefined,
    kubernetesVersion: 'v1.37.2',
  });
  expect(facts).toEqual({
    nodes: 3,
    nodeIPs: ['192.168.0.1', '192.168.0.2', '192.168.0.3'],
    cniSubnet: ['10.244.0.0/23', '10.244.9.0/24'],
    serviceSubnet: ['10.96.0.0/16'],
    version: '1',
    kubernetesVersion: 'v1.37.2',
  });
  expect(
    planClusterFacts({
      nodes: nodes.toReversed(),
      serviceNetworks: ['10.96.0.0/16'],
      version: '1',
      names: undefined,
      kubernetesVersion: 'v1.37.2',
    }),
  ).toEqual(facts);
});

it('counts no Windows node, and keeps its networks out of slices', () => {
  const windows = node('w', '10.244.9.0/24', '192.168.0.9');
  const labelled = { ...windows, metadata: { name: 'w', labels: { 'kubernetes.io/os': 'windows' } } };
  const facts = planClusterFacts({
    nodes: [node('a', '10.244.0.0/24', '192.168.0.1'), labelled],
    serviceNetworks: [],
    version: '1',
    names: undefined,
    kubernetesVersion: 'v1',
  });
  expect(facts).toMatchObject({ nodes: 1, nodeIPs: ['192.168.0.1', '192.168.0.9'], cniSubnet: ['10.244.0.0/24', '10.244.9.0/24'] });
});

it('says how names find their way, in the words of the condition and not at any length', () => {
  const names = {
    type: 'NamesWired',
    status: 'False',
    reason: 'NamesNotWired',
    message: 'm'.repeat(5000),
    lastTransitionTime: 't',
  } as const;
  const { clusterDns } = planClusterFacts({ nodes: [], serviceNetworks: [], version: '1', kubernetesVersion: 'v1', names });
  expect(clusterDns).toMatchObject({ answers: false, reason: 'NamesNotWired' });
  expect(clusterDns?.message.length).toBeLessThanOrEqual(1024);
});
