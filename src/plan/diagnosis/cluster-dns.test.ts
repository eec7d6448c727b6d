import { describe, expect, test } from 'vitest';
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
