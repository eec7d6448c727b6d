import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { dnsDeployments } from '../cluster-dns/find-configuration.ts';
import type { ClusterDns } from '../cluster-dns/plan.ts';
import { dnsFindings } from './cluster-dns.ts';
import { healthyMember as well } from './diagnosis.fixtures.ts';

const corefile = '.:53 {\n    forward . 1.1.1.1\n}\n';
const block = 'slice.local:53 {\n    errors\n    forward . 10.96.0.7\n}\n';
const elsewhere = (text: string): Partial<ClusterDns> => ({
  others: [{ namespace: 'dns', configMap: 'names', map: { metadata: {}, data: { Corefile: text } } }],
});
const kubeDns: Partial<ClusterDns> = { kubeDns: { runs: true, map: undefined } };
const operator: Partial<ClusterDns> = {
  operator: { apiVersion: 'operator.openshift.io/v1', kind: 'DNS', metadata: { name: 'default' } },
};
/** A cluster without ConfigMap kube-system/coredns. */
const withDns = (configuration: Partial<ClusterDns>) => ({ ...well.clusterDns, main: undefined, ...configuration });
const ended = { outcome: 'answered' as const, ms: 2, addresses: [], detail: 'ENOTFOUND' };

describe('cluster DNS that is configured elsewhere than in kube-system/coredns', () => {
  test.each([
    ['another ConfigMap', elsewhere(corefile), 'ConfigMap dns/names'],
    ['kube-dns', kubeDns, 'ConfigMap kube-system/kube-dns'],
    ['the DNS operator', operator, 'dns.operator/default'],
  ])('%s: said to be extensible before an installation, and the worker is named that has not extended it', (_, configuration, object) => {
    const { service: __, ...before } = withDns(configuration);
    const answered = {
      from: 'a pod',
      asked: 'kubernetes.default',
      answer: { outcome: 'answered' as const, ms: 1, addresses: ['10.96.0.1'] },
    };
    expect(dnsFindings({ ...well, isMember: false, name: answered, clusterDns: { ...before, service: undefined } })).toEqual([]);

    const name = { from: 'pod worker-0', asked: 'slice.local', answer: ended };
    expect(dnsFindings({ ...well, name, clusterDns: withDns(configuration) })).toMatchObject([
      { code: 'DnsNotWired', object, remedy: expect.stringContaining('rollout restart deployment/kubeslice-worker') },
    ]);
  });

  test('lines that somebody added by hand count', () => {
    const name = { from: 'pod worker-0', asked: 'slice.local', answer: ended };
    expect(dnsFindings({ ...well, name, clusterDns: withDns(elsewhere(`${block}${corefile}`)) })).toMatchObject([{ code: 'DnsSilent' }]);
  });

  test('what nothing can be added to is a warning before an installation, which goes on, and has the lines after it', () => {
    const name = { from: 'a pod', asked: 'slice.local', answer: ended };
    expect(dnsFindings({ ...well, isMember: false, name, clusterDns: { ...withDns({}), service: undefined } })).toMatchObject([
      { code: 'DnsNotWired', severity: 'warning', advice: expect.stringContaining('kubeslice join --wait') },
    ]);
    expect(dnsFindings({ ...well, name, clusterDns: withDns({}) })).toMatchObject([
      { code: 'DnsNotWired', severity: 'error', lines: block.trim().split('\n') },
    ]);
  });
});

describe('cluster DNS without a ready server', () => {
  const name = { from: 'pod worker-0', asked: 'slice.local', answer: { outcome: 'silent' as const, ms: 2_000 } };
  const program = (replicas: number, readyReplicas: number): Deployment => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'kube-system', name: 'coredns' },
    spec: {
      replicas,
      selector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      template: { metadata: { labels: { 'k8s-app': 'kube-dns' } }, spec: { containers: [] } },
    },
    status: { readyReplicas },
  });
  const found = (...programs: readonly Deployment[]) => {
    const configuration = { main: { metadata: {}, data: { Corefile: `${block}${corefile}` } } };
    return dnsFindings({ ...well, name, clusterDns: { ...well.clusterDns, ...configuration, programs: dnsDeployments(programs) } });
  };

  test('is told with the command that brings one', () => {
    expect(found(program(0, 0))).toMatchObject([
      {
        code: 'DnsSilent',
        cause: 'Cluster DNS has no server, because Deployment kube-system/coredns is scaled to 0.',
        remedy: expect.stringContaining('-n kube-system scale deployment/coredns --replicas 2'),
      },
    ]);
    expect(found(program(2, 0))).toMatchObject([
      { evidence: expect.stringContaining('0 ready of 2'), remedy: expect.stringContaining('describe pods -l k8s-app=kube-dns') },
    ]);
  });

  test('is not said while one is ready, or where none can be seen', () => {
    for (const programs of [[program(2, 1)], []])
      expect(found(...programs)).toMatchObject([{ remedy: expect.stringContaining('rollout restart deployment/coredns') }]);
  });
});
