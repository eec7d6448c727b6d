import type { Pod } from '../../values/builtin/pod.ts';
import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import type { ClusterView, Workload } from './cluster-view.ts';
import type { NodeFacts } from './node-facts.ts';

const ready = { type: 'Ready', status: 'True' } as const;

/** A pod that is Ready. */
export const pod = (namespace: string, name: string, labels: Record<string, string>, change: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, labels, uid: name },
  spec: { nodeName: 'e1', containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: { phase: 'Running', conditions: [ready] },
  ...change,
});

/** A pod that runs and is not Ready. */
export const sickPod = (namespace: string, name: string, labels: Record<string, string>): Pod =>
  pod(namespace, name, labels, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False', message: 'containers with unready status: [main]' }] },
  });

/** A workload with its pods selected by its component. */
export const workload = (kind: Workload['kind'], component: string, change: Partial<Deployment['spec'] & object> = {}): Workload => {
  const namespace = component === 'controller' ? 'kubeslice-controller' : 'kubeslice-system';
  const labels = { 'app.kubernetes.io/component': component };
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: component, image: 'kubeslice/kubeslice:1', args: [component] }] } },
    ...change,
  };
  const name = `kubeslice-${component}`;
  const object: Deployment | DaemonSet = { apiVersion: 'apps/v1', kind, metadata: { namespace, name }, spec };
  return { kind, namespace, name, object };
};

/** A node without faults, with one slice, one peer and one pod. */
export const facts: NodeFacts = {
  version: 1,
  node: 'e1',
  now: 0,
  kernel: '6.1',
  drivers: [{ driver: 'WireGuard', usable: true, reason: 'the kernel has WireGuard' }],
  links: [{ name: 'eth0', mtu: 1500, up: true, addresses: ['192.0.2.1/24'] }],
  disks: [{ path: '/var/lib/kubeslice', totalBytes: 1e10, freeBytes: 5e9 }],
  cni: { files: ['10-net.conflist'], active: '10-net.conflist', isList: true, chained: true, plugin: true },
  busyPorts: [],
  dropRules: [],
  slices: [
    {
      name: 'app',
      subnet: '10.0.0.0/16',
      present: true,
      tunnel: { name: 'ks1', mtu: 1420, up: true, addresses: [] },
      router: '10.0.0.1',
      routes: ['10.0.0.0/16 dev ks1 src 10.0.0.1'],
      wrongSettings: [],
      publicKey: 'KEY',
      listenPort: 51_820,
      peers: [
        {
          name: 'west/w1',
          publicKey: 'PEER',
          endpoint: '192.0.2.2:51820',
          allowedIPs: ['10.0.1.0/26'],
          handshakeAge: 9,
          receivedBytes: 1,
          sentBytes: 1,
        },
      ],
      pods: [
        {
          uid: 'u',
          namespace: 'shop',
          name: 'client',
          address: '10.0.0.2',
          running: true,
          interface: { name: 'slice0', mtu: 1420, up: true, addresses: ['10.0.0.2/32'] },
          routed: true,
          sentPackets: 1,
          receivedPackets: 1,
        },
      ],
    },
  ],
};

const corefile = 'slice.local:53 {\n    errors\n    forward . 10.96.0.7\n}\n.:53 {\n    forward . /etc/resolv.conf\n}\n';

/** A member without faults. */
export const healthyMember: ClusterView = {
  contexts: { cluster: 'east', hub: 'hub', name: 'east' },
  now: 1_000_000,
  clocks: [],
  version: { minor: 37, text: 'v1.37.2' },
  unread: [],
  lacking: [],
  isHub: false,
  isMember: true,
  missingDefinitions: [],
  workloads: [workload('Deployment', 'worker'), workload('Deployment', 'dns'), workload('DaemonSet', 'agent')],
  pods: ['worker', 'dns', 'agent'].map((component) =>
    pod('kubeslice-system', `${component}-0`, { 'app.kubernetes.io/component': component }),
  ),
  strangers: [],
  nodes: [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'e1', labels: {} }, status: { conditions: [ready] } }],
  slices: [
    {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'Slice',
      metadata: { namespace: 'kubeslice-system', name: 'app' },
      spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: ['shop'] } },
      status: { conditions: [{ ...ready, reason: 'Ready', message: 'Well.', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    },
  ],
  sliceNodes: [],
  exports: [],
  services: [],
  applicationPods: [],
  applicationDeployments: [],
  clusters: [],
  clusterDns: {
    main: { metadata: {}, data: { Corefile: corefile } },
    custom: undefined,
    service: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubeslice-dns' }, spec: { clusterIP: '10.96.0.7' } },
    servers: 2,
    programs: [],
  },
  connection: [],
  credential: { server: 'https://hub.example.org:6443', cluster: 'east', ends: 2_000_000 },
  networks: { cniSubnet: ['10.244.0.0/16'], serviceSubnet: ['10.96.0.0/16'], nodeIPs: ['192.0.2.1'] },
  facts: new Map([['e1', facts]]),
  silent: new Map(),
  unpulled: undefined,
  podsSilent: undefined,
  hub: { from: 'pod worker-0', answer: { outcome: 'answered', ms: 3, status: 401 } },
  name: { from: 'pod worker-0', asked: 'slice.local', answer: { outcome: 'answered', ms: 2, addresses: [], detail: 'ENODATA' } },
};
