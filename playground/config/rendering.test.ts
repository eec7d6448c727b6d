import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nodesOf } from '../machine/machines.ts';
import { corefile, dnsObjects, nodeObjects } from './cluster-objects.ts';
import { containerdConfiguration } from './containerd.ts';
import { controlPlaneServices } from './control-plane.ts';
import { kubeconfig } from './kubeconfig.ts';
import { kubeletConfiguration, kubeProxyConfiguration } from './kubelet.ts';
import { podNetwork } from './pod-network.ts';

const files = {
  certificate: (name: string) => `/keys/${name}.crt`,
  key: (name: string) => `/keys/${name}.key`,
  controllerManagerKubeconfig: '/config/cm',
  schedulerKubeconfig: '/config/scheduler',
};

describe('configuration', () => {
  test('a kubeconfig has one context for each cluster, the first current, certificates embedded', () => {
    const entry = (context: string) => ({
      context,
      user: `${context}-admin`,
      server: 'https://x:6443',
      authority: 'CA',
      client: { certificate: 'C', key: 'K' },
    });
    const config = parse(kubeconfig([entry('hub'), entry('east')])) as {
      contexts: { name: string; context: object }[];
      clusters: { cluster: object }[];
      users: object[];
    };
    expect(config).toMatchObject({ apiVersion: 'v1', kind: 'Config', 'current-context': 'hub' });
    expect(config.contexts).toEqual([
      { name: 'hub', context: { cluster: 'hub', user: 'hub-admin' } },
      { name: 'east', context: { cluster: 'east', user: 'east-admin' } },
    ]);
    expect(config.clusters[0]?.cluster).toEqual({ server: 'https://x:6443', 'certificate-authority-data': 'Q0E=' });
    expect(config.users[1]).toEqual({ name: 'east-admin', user: { 'client-certificate-data': 'Qw==', 'client-key-data': 'Sw==' } });
  });

  test('etcd is reachable from its own namespace only', () => {
    const etcd = controlPlaneServices('east-control-plane', '198.18.2.2', '/data', files).find((service) => service.name === 'etcd');
    const listening = etcd?.command.filter((word) => word.startsWith('--listen')) ?? [];
    expect(listening).toHaveLength(2);
    for (const word of listening) expect(word).toContain('http://127.0.0.1:');
  });

  test('the API server decides by Node and RBAC and checks its kubelets', () => {
    const server = controlPlaneServices('e', '198.18.2.2', '/data', files).find((service) => service.name === 'apiserver');
    expect(server?.command).toEqual(
      expect.arrayContaining([
        '--authorization-mode=Node,RBAC',
        '--kubelet-certificate-authority=/keys/ca.crt',
        '--advertise-address=198.18.2.2',
        '--service-cluster-ip-range=10.96.0.0/16',
      ]),
    );
  });

  test('a kubelet takes its node`s control groups as they are and refuses anonymous callers', () => {
    const config = parse(kubeletConfiguration({ authority: 'ca', certificate: 'c', key: 'k', resolvConf: '/r' })) as object;
    expect(config).toMatchObject({
      cgroupRoot: '/',
      cgroupDriver: 'cgroupfs',
      authentication: { anonymous: { enabled: false } },
      authorization: { mode: 'Webhook' },
      clusterDNS: ['10.96.0.10'],
    });
  });

  test('kube-proxy uses nftables and leaves the host`s connection tracking alone', () => {
    expect(parse(kubeProxyConfiguration('n', '/k', '10.244.0.0/16'))).toMatchObject({
      mode: 'nftables',
      conntrack: { maxPerCore: 0, min: 0 },
    });
  });

  test.each([true, false])('containerd restricts the out-of-memory score: %s', (restrictOomScore) => {
    const text = containerdConfiguration({ pauseImage: 'pause:1', restrictOomScore, snapshotter: 'overlayfs' });
    expect(text).toContain(`restrict_oom_score_adj = ${restrictOomScore}`);
    expect(text).toContain('sandbox = "pause:1"');
  });

  test('a node`s pod network hands out its own range and nothing else', () => {
    const network = JSON.parse(podNetwork('10.244.2.0/24')) as { plugins: { type: string; ipam?: object }[] };
    expect(network.plugins.map((plugin) => plugin.type)).toEqual(['ptp', 'portmap']);
    expect(network.plugins[0]?.ipam).toMatchObject({ type: 'host-local', ranges: [[{ subnet: '10.244.2.0/24' }]] });
  });

  test('nodes are known to the API with the range that their network has', () => {
    const [first] = nodeObjects(nodesOf(0, { name: 'east', index: 1, nodes: 2 }));
    expect(first).toMatchObject({ path: '/api/v1/nodes/east-node-1', object: { spec: { podCIDR: '10.244.1.0/24' } } });
  });

  test('cluster DNS reads its configuration again within seconds, and every object is at its path', () => {
    expect(corefile).toContain('reload 2s');
    for (const { path, object } of dnsObjects('dns:1'))
      expect(path.endsWith(`/${(object as { metadata: { name: string } }).metadata.name}`)).toBe(true);
  });
});
