import { describe, expect, it, test } from 'vitest';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { ClusterView } from './cluster-view.ts';
import { diagnose } from './diagnose.ts';
import { facts, sickPod, healthyMember as well, workload } from './diagnosis.fixtures.ts';
import { findingCodes } from './finding.ts';
import type { NodeFacts, SliceOnNode } from './node-facts.ts';

const [slice] = facts.slices as [SliceOnNode];
const node = (change: Partial<NodeFacts>): Partial<ClusterView> => ({ facts: new Map([['e1', { ...facts, ...change }]]) });
const onNode = (change: Partial<SliceOnNode>): Partial<ClusterView> => node({ slices: [{ ...slice, ...change }] });
const condition = (type: string, status: 'True' | 'False', reason: string, message = 'Evidence.') => ({
  type,
  status,
  reason: reason as 'Ready',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const noName: ClusterView['name'] = {
  from: 'pod',
  asked: 'slice.local',
  answer: { outcome: 'answered', ms: 1, addresses: [], detail: 'ENOTFOUND' },
};
const sliceNode = (status: NonNullable<SliceNode['status']>): SliceNode => ({
  apiVersion: '',
  kind: 'SliceNode',
  metadata: { name: 'app.e1' },
  spec: { slice: 'app', sliceUID: 'u', node: 'e1', sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
  status,
});
const hubSlice = (status: 'True' | 'False', reason: string) =>
  well.slices.map((each) => ({ ...each, status: { conditions: [condition('Ready', status, reason)] } }));

test('a member in order has no finding', () => {
  expect(diagnose(well)).toEqual([]);
});

/** Name of the row, what is different, and code, object, and a part of the remedy or advice. */
const table: readonly (readonly [string, Partial<ClusterView>, keyof typeof findingCodes, string, string])[] = [
  [
    'the worker is not installed',
    { workloads: [{ ...workload('Deployment', 'worker'), object: undefined }] },
    'ProgramMissing',
    'Deployment kubeslice-system/kubeslice-worker',
    'kubeslice join east --hub-context hub --context east',
  ],
  [
    'the worker is scaled to 0',
    { workloads: [workload('Deployment', 'worker', { replicas: 0 })] },
    'ProgramStopped',
    'Deployment kubeslice-system/kubeslice-worker',
    'scale deployment/kubeslice-worker --replicas=1',
  ],
  [
    'the agents fit no node',
    { workloads: [workload('DaemonSet', 'agent', { template: { spec: { containers: [], nodeSelector: { disk: 'fast' } } } })] },
    'ProgramNotPlaced',
    'DaemonSet kubeslice-system/kubeslice-agent',
    'rollout undo daemonset/kubeslice-agent',
  ],
  [
    'a program is not ready',
    { pods: [...well.pods.slice(0, 2), sickPod('kubeslice-system', 'agent-0', { 'app.kubernetes.io/component': 'agent' })] },
    'ProgramNotReady',
    'DaemonSet kubeslice-system/kubeslice-agent',
    'describe pod agent-0',
  ],
  [
    'a Deployment has no pod',
    { pods: well.pods.slice(1) },
    'ProgramNotReady',
    'Deployment kubeslice-system/kubeslice-worker',
    'describe deployment/kubeslice-worker',
  ],
  [
    'there is a second installation',
    { strangers: [{ kind: 'DaemonSet', namespace: 'other', name: 'kubeslice-agent', image: 'kubeslice:0' }] },
    'SecondInstallation',
    'DaemonSet other/kubeslice-agent',
    'kubectl --context east -n other delete daemonset kubeslice-agent',
  ],
  [
    'a kind is not known',
    { missingDefinitions: ['serviceexports.networking.kubeslice.io'] },
    'DefinitionMissing',
    'CustomResourceDefinition serviceexports.networking.kubeslice.io',
    'kubeslice join east',
  ],
  [
    'Kubernetes is old',
    { version: { minor: 29, text: 'v1.29.0' } },
    'KubernetesTooOld',
    'API server of context east',
    'upgrade the cluster',
  ],
  [
    'a right is missing',
    { isMember: false, workloads: [], lacking: ['create namespaces'] },
    'NotAllowed',
    'API server of context east',
    '--context',
  ],
  [
    'something may not be read',
    { unread: ['pods', 'nodes'].map((what) => ({ what, why: 'Forbidden.', isForbidden: true })) },
    'NotAllowed',
    'your account in context east',
    'ask an administrator',
  ],
  ['something gives no answer', { unread: [{ what: 'pods', why: 'Late.', isForbidden: false }] }, 'NotAllowed', 'pods', 'run this again'],
  [
    'the credential is not there',
    { credential: undefined },
    'CredentialEnded',
    'Secret kubeslice-system/kubeslice-hub',
    'kubeslice join east',
  ],
  [
    'the credential has ended',
    { credential: { server: 'https://h', cluster: 'east', ends: 999_999 } },
    'CredentialEnded',
    'Secret kubeslice-system/kubeslice-hub',
    'kubeslice join east',
  ],
  [
    'the hub refuses the credential',
    {
      slices: well.slices.map((each) => ({
        ...each,
        status: { conditions: [condition('HubReachable', 'False', 'HubAway', 'it refused: Unauthorized (HTTP 401)')] },
      })),
    },
    'CredentialEnded',
    'Secret kubeslice-system/kubeslice-hub',
    'kubeslice join east',
  ],
  [
    'the hub is silent',
    { hub: { from: 'pod worker-0', answer: { outcome: 'silent', ms: 2000 } } },
    'HubUnreachable',
    'https://hub.example.org:6443',
    'hub.example.org:6443 by TCP',
  ],
  [
    'a clock is off',
    { clocks: [{ object: 'node e1', of: 'node e1', aheadMs: 3_600_000, doubtMs: 20 }] },
    'ClockDiffers',
    'node e1',
    'chrony',
  ],
  [
    'the DNS Service is gone',
    { clusterDns: { ...well.clusterDns, service: undefined }, name: noName },
    'DnsServiceMissing',
    'Service kubeslice-system/kubeslice-dns',
    'kubeslice join east',
  ],
  [
    'no DNS server is ready',
    { clusterDns: { ...well.clusterDns, servers: 0 } },
    'DnsSilent',
    'Service kubeslice-system/kubeslice-dns',
    'describe pods',
  ],
  [
    'cluster DNS is another',
    { clusterDns: { ...well.clusterDns, main: undefined }, name: noName },
    'DnsNotWired',
    'cluster DNS',
    '{"slice.local": ["10.96.0.7"]}',
  ],
  [
    'the zone is not in the Corefile',
    {
      clusterDns: {
        ...well.clusterDns,
        main: { metadata: {}, data: { Corefile: '.:53 {\n forward . 1.1.1.1\n}' } },
      },
      name: noName,
    },
    'DnsNotWired',
    'ConfigMap kube-system/coredns',
    'rollout restart deployment/kubeslice-worker',
  ],
  [
    'the Service was made anew',
    {
      clusterDns: {
        ...well.clusterDns,
        service: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { clusterIP: '10.96.0.8' } },
      },
      name: noName,
    },
    'DnsNotWired',
    'ConfigMap kube-system/coredns',
    'rollout restart deployment/kubeslice-worker',
  ],
  ['cluster DNS does not know the zone', { name: noName }, 'DnsSilent', 'cluster DNS', 'rollout restart deployment/coredns'],
  [
    'nodes cannot pull the image, before an installation',
    { isMember: false, workloads: [], unpulled: { image: 'r/k:1', nodes: new Map([['e1', 'no such host']]) } },
    'ImageMissing',
    'image r/k:1',
    '--image',
  ],
  [
    'a node is off',
    {
      nodes: well.nodes.map((each) => ({ ...each, status: { conditions: [{ type: 'Ready', status: 'Unknown' as const }] } })),
      facts: new Map(),
    },
    'NodeAway',
    'node e1',
    'describe node e1',
  ],
  [
    'a node cannot be asked',
    { facts: new Map(), silent: new Map([['e1', 'no agent runs on it']]) },
    'NodeSilent',
    'node e1',
    'spec.nodeName=e1',
  ],
  [
    'a node has no driver',
    node({ drivers: [{ driver: 'WireGuard', usable: false, reason: 'no module' }] }),
    'DriverMissing',
    'node e1',
    'modprobe',
  ],
  [
    'a disk takes nothing',
    node({ disks: [{ path: '/var/lib/kubeslice', totalBytes: 1e7, freeBytes: 0, refused: 'ENOSPC' }] }),
    'DiskFull',
    'node e1',
    'exec agent-0 -- sh -c "du',
  ],
  [
    'a disk is nearly full',
    node({ disks: [{ path: '/var/lib/kubeslice', totalBytes: 1e7, freeBytes: 100 }] }),
    'DiskFull',
    'node e1',
    'exec agent-0 -- sh -c "du',
  ],
  ['the agent hangs', node({ agentTrouble: 'it does not answer on port 9809' }), 'AgentNotReady', 'node e1', 'logs agent-0'],
  ['ports are taken', { ...node({ busyPorts: [51_820], slices: [{ ...slice, present: false }] }) }, 'PortTaken', 'node e1', 'other ports'],
  [
    'the firewall drops tunnels',
    node({ dropRules: [{ family: 'inet', table: 'filter', chain: 'input', handle: 4, text: 'udp dport 51820 drop' }] }),
    'FirewallDrops',
    'node e1',
    'exec agent-0 -- nft delete rule inet filter input handle 4',
  ],
  [
    'there is no network plug-in',
    node({ cni: { files: [], isList: false, chained: false, plugin: true } }),
    'CniNotChained',
    'node e1',
    'install a network plug-in',
  ],
  [
    'another file is in use',
    node({ cni: { files: ['00-x.conf', '10-net.conflist'], isList: false, chained: false, plugin: true } }),
    'CniNotAList',
    'node e1',
    'mv /host/etc/cni/net.d/00-x.conf',
  ],
  [
    'the plugin is not in the chain',
    node({ cni: { ...facts.cni, chained: false } }),
    'CniNotChained',
    'node e1',
    'rollout restart daemonset/kubeslice-agent',
  ],
  [
    'the plugin is not there',
    node({ cni: { ...facts.cni, plugin: false } }),
    'CniNotChained',
    'node e1',
    'rollout restart daemonset/kubeslice-agent',
  ],
  ['the slice is not on the node', onNode({ present: false }), 'SliceAbsent', 'slice app on node e1', 'delete pod agent-0'],
  [
    'another key is in use',
    { ...onNode({}), sliceNodes: [sliceNode({ publicKey: 'OTHER' })] },
    'KeyDiffers',
    'slice app on node e1',
    'delete pod agent-0',
  ],
  ['the route is gone', onNode({ routes: [] }), 'RouteMissing', 'slice app on node e1', 'delete pod agent-0'],
  [
    'a setting is wrong',
    onNode({ wrongSettings: ['net/ipv4/conf/all/rp_filter=1'] }),
    'SettingWrong',
    'slice app on node e1',
    'delete pod agent-0',
  ],
  [
    'the underlay is narrow',
    node({ links: [{ name: 'eth0', mtu: 1280, up: true, addresses: ['192.0.2.1/24'] }] }),
    'LinkTooNarrow',
    'slice app on node e1',
    'delete pod agent-0',
  ],
  [
    'a link is down',
    {
      sliceNodes: [
        sliceNode({
          links: {
            observedAt: 't',
            clusters: {},
            exceptions: [{ peer: 'west/w1', driver: 'WireGuard', state: 'Down', reason: 'No answer.', since: 't' }],
          },
        }),
      ],
    },
    'LinkDown',
    'slice app on node e1, link to west/w1',
    'UDP 51820-51899',
  ],
  [
    'a pod is not attached',
    onNode({ pods: slice.pods.map((each) => ({ ...each, routed: false })) }),
    'PodNotAttached',
    'pod shop/client',
    'delete pod agent-0',
  ],
  ['a subnet overlaps', { networks: { ...well.networks, nodeIPs: ['10.0.3.4'] } }, 'NetworkOverlap', 'Slice app', 'delete slice app'],
  ['a slice says that it is not ready', { slices: hubSlice('False', 'LinksPending') }, 'ConditionFalse', 'Slice app', 'describe slice app'],
];

describe('a member in which', () => {
  test.each(table)('%s', (_what, change, code, object, mends) => {
    const findings = diagnose({ ...well, ...change });
    const found = findings.find((finding) => finding.code === code && finding.object === object);
    expect(found, JSON.stringify(findings)).toBeDefined();
    expect(`${found?.remedy ?? ''} ${found?.advice ?? ''}`).toContain(mends);
    expect(found?.evidence).not.toBe('');
  });

  it('takes no condition for wrong that says that all is well', () => {
    const slices = well.slices.map((each) => ({
      ...each,
      status: { conditions: [condition('FieldsIgnored', 'False', 'Accepted'), condition('Degraded', 'False', 'Ready')] },
    }));
    expect(diagnose({ ...well, slices })).toEqual([]);
  });

  it('concludes nothing from what may not be read', () => {
    const forbidden = [
      'ConfigMap kube-system/coredns',
      'Service kubeslice-system/kubeslice-dns',
      'endpointslices in kubeslice-system',
      'nodes',
    ];
    const nodes = [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'e1' } }];
    const findings = diagnose({
      ...well,
      unread: forbidden.map((what) => ({ what, why: 'Forbidden.', isForbidden: true })),
      clusterDns: { main: undefined, custom: undefined, service: undefined, servers: 0, programs: [] },
      nodes,
    });
    expect(findings).toMatchObject([
      { code: 'NotAllowed', severity: 'warning', cause: expect.stringContaining(forbidden.toSorted().join(', ')) },
    ]);
  });

  it('does not mind that somebody may not install what is installed', () => {
    expect(diagnose({ ...well, lacking: ['create namespaces'] })).toEqual([]);
  });

  it('has each finding once, errors first', () => {
    const findings = diagnose({
      ...well,
      unread: [{ what: 'nodes', why: 'Forbidden.', isForbidden: true }],
      strangers: [{ kind: 'Deployment', namespace: 'z', name: 'x', image: 'y' }],
    });
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });
});

test('every code of the catalogue has a row', () => {
  const covered = new Set<string>(table.map(([, , code]) => code));
  expect(Object.keys(findingCodes).filter((code) => !covered.has(code))).toEqual([]);
});
