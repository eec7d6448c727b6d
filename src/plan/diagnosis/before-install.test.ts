import { describe, expect, it } from 'vitest';
import type { ClusterView } from './cluster-view.ts';
import { diagnose } from './diagnose.ts';
import { facts, healthyMember as well } from './diagnosis.fixtures.ts';
import type { NodeFacts } from './node-facts.ts';

const node = (change: Partial<NodeFacts>): Partial<ClusterView> => ({ facts: new Map([['e1', { ...facts, ...change }]]) });
const clusterDns = { ...well.clusterDns, main: { metadata: {}, data: { Corefile: '.:53 {\n}\n' } } };
const none = { workloads: [], pods: [], slices: [], credential: undefined, hub: undefined };
const bare: ClusterView = { ...well, ...none, ...node({ slices: [] }), isMember: false, clusterDns };

describe('a cluster without KubeSlice', () => {
  it('is not asked what an installation brings before there is one', () => {
    expect(diagnose({ ...bare, ...node({ cni: { ...facts.cni, chained: false, plugin: false }, slices: [] }) })).toEqual([]);
    const wrong = {
      ...bare,
      ...node({ cni: { files: ['00-x.conf'], isList: false, chained: false, plugin: false }, slices: [] }),
      credential: { server: 'https://h', cluster: 'NAME', ends: undefined },
      hub: { from: 'a pod', answer: { outcome: 'unreachable' as const, ms: 1 } },
      clusterDns: { ...well.clusterDns, main: undefined },
      name: { from: 'a pod', asked: 'kubernetes.default', answer: { outcome: 'silent' as const, ms: 1 } },
    };
    expect(diagnose(wrong).map(({ code }) => code)).toEqual(['CniNotAList', 'DnsSilent', 'HubUnreachable', 'DnsNotWired']);
  });

  it('whose nodes cannot pull the image has one error that names them, and not a node of that name for the network of pods', () => {
    const unpulled = { image: 'r/k:1', nodes: new Map(['e2', 'e1'].map((name) => [name, 'no such host'])) };
    expect(diagnose({ ...bare, facts: new Map(), unpulled })).toMatchObject([
      { code: 'ImageMissing', severity: 'error', cause: expect.stringContaining('e1, e2'), evidence: 'e1: no such host' },
    ]);
    const [silent] = diagnose({ ...bare, podsSilent: 'Its pod did not end.' });
    expect(silent).toMatchObject({ code: 'NodeSilent', object: 'the network of pods', advice: 'run this again' });
    expect(silent).not.toHaveProperty('remedy');
  });

  it('whose node gives no answer is looked at where it can be: nothing of its pods is there yet', () => {
    const silent = new Map([['e1', 'Its pod failed.']]);
    expect(diagnose({ ...bare, facts: new Map(), silent })).toMatchObject([{ remedy: 'kubectl --context east describe node e1' }]);
  });
});
