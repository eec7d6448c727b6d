import { describe, expect, test } from 'vitest';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../../api/serviceimport/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import { facts, healthyMember, pod } from '../diagnosis.fixtures.ts';
import type { PathAnswer } from '../probe-report.ts';
import { explainPath, firstBroken } from './explain.ts';
import type { End, Hop, PathView } from './path-view.ts';

const sliceNode = (uid: string, address: string, block: string): SliceNode => ({
  apiVersion: '',
  kind: 'SliceNode',
  metadata: { name: 'app.e1' },
  spec: { slice: 'app', sliceUID: 'u', node: 'e1', sliceSubnet: '10.0.0.0/16', blocks: [block], driver: 'Auto' },
  status: { pods: { [uid]: { namespace: 'shop', name: uid, address } } },
});
const end = (name: string, address: string, block: string, context: string): End => ({
  contexts: { cluster: context, hub: 'hub', name: context },
  pod: pod('shop', name, { app: name }),
  asked: `shop/${name}`,
  slices: healthyMember.slices,
  sliceNodes: [sliceNode(name, address, block)],
  accessPolicies: [],
  agent: `agent-of-${context}`,
  facts,
});
const notInUse: SliceNode = {
  ...sliceNode('other', '10.0.0.2', '10.0.0.0/26'),
  spec: { slice: 'app', sliceUID: 'u', node: 'e1', sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto', idle: true },
  status: {},
};
const imported: ServiceImport = {
  apiVersion: '',
  kind: 'ServiceImport',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { slice: 'app', dnsName: 'web.shop.svc.slice.local', ports: [{ containerPort: 8080, servicePort: 80 }] },
  status: { availableEndpoints: 1 },
};
const export_: ServiceExport = {
  apiVersion: '',
  kind: 'ServiceExport',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { slice: 'app' },
  status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Exported', message: 'Well.', lastTransitionTime: 't' }] },
};
const peer: SlicePeer = {
  apiVersion: '',
  kind: 'SlicePeer',
  metadata: { name: 'app.west.w1' },
  spec: {
    slice: 'app',
    cluster: 'west',
    node: 'w1',
    publicKey: 'PEER',
    endpoints: [{ address: '192.0.2.2', port: 51_820 }],
    blocks: ['10.0.1.0/26'],
    router: '10.0.1.1',
    serial: 1,
  },
};
const all = { sent: 5, answered: 5, rttMs: 1 };
const none = { sent: 5, answered: 0 };
const probe: PathAnswer = {
  present: true,
  servers: ['10.96.0.10'],
  podRoute: '10.0.1.2 via 169.254.1.1 dev slice0 src 10.0.0.2',
  sliceRoute: '10.0.1.2 dev ks1 src 10.0.0.1',
  target: all,
  targetLarge: all,
  router: all,
  routerLarge: all,
  underlay: all,
  leftPod: 10,
  enteredPod: 10,
  tunnelSent: 10,
  tunnelReceived: 10,
  answers: [
    { outcome: 'answered', ms: 2, addresses: ['10.0.1.2'] },
    { outcome: 'answered', ms: 3 },
  ],
};
const exporter = { ...healthyMember, contexts: { cluster: 'west', hub: 'hub', name: 'west' }, exports: [export_] };
const well: PathView = {
  from: end('client', '10.0.0.2', '10.0.0.0/26', 'east'),
  to: end('web-1', '10.0.1.2', '10.0.1.0/26', 'west'),
  service: {
    namespace: 'shop',
    name: 'web',
    dnsName: 'web.shop.svc.slice.local',
    import: imported,
    withheld: 0,
    known: ['shop/web'],
    exporter,
  },
  endpoint: { address: '10.0.1.2', cluster: 'west', pod: 'shop/web-1' },
  peer,
  port: { number: 80, protocol: 'TCP', targetPort: 8080 },
  probe,
  back: probe,
};
const { from, to, service } = well;
if (to === undefined || service === undefined) throw new Error('the view has two ends');
const probed = (change: Partial<PathAnswer>): Partial<PathView> => ({ probe: { ...probe, ...change } });
const lost = { target: none, targetLarge: none, router: none, routerLarge: none };
const rule = { family: 'inet', table: 'filter', chain: 'input', handle: 7, text: 'udp dport 51820 drop' };
const exporting = (reason: string): Partial<PathView> => ({
  service: {
    ...service,
    exporter: {
      ...exporter,
      exports: [
        { ...export_, status: { conditions: [{ type: 'Ready', status: 'False', reason, message: 'Evidence.', lastTransitionTime: 't' }] } },
      ],
    },
  },
});

test('a way that works is explained step by step', () => {
  const hops = explainPath(well);
  expect(hops.map(({ hop, state }) => `${hop} ${state}`)).toEqual([
    'membership ok',
    'export ok',
    'name ok',
    'address ok',
    'route ok',
    'policy ok',
    'tunnel ok',
    'size ok',
    'pod ok',
    'port ok',
    'way back ok',
  ]);
  expect(firstBroken(hops)).toBeUndefined();
});

test('a pod in no slice breaks its membership alone: what follows from that is not called broken', () => {
  const hops = explainPath({
    ...well,
    from: { ...from, pod: pod('other', 'client', {}) },
    peer: undefined,
    probe: undefined,
    back: undefined,
  });
  expect(hops.filter(({ state }) => state === 'broken').map(({ hop }) => hop)).toEqual(['membership']);
});

test('a pod with a slip in its name is answered with the nearest', () => {
  const [first] = explainPath({ ...well, from: { ...from, pod: undefined, asked: 'shop/clinet', otherPods: ['client', 'web-1'] } });
  expect(first?.text).toContain('Did you mean "client"?');
});

/** What is different, the first broken step, and a part of the object, remedy or advice. */
const table: readonly (readonly [string, Partial<PathView>, Hop['hop'], string, string])[] = [
  [
    'there is no such pod',
    { from: { ...from, pod: undefined } },
    'membership',
    'pod shop/client',
    'kubectl --context east -n shop get pods',
  ],
  [
    'the pod does not run',
    { from: { ...from, pod: pod('shop', 'client', {}, { status: { phase: 'Pending' } }) } },
    'membership',
    'pod shop/client',
    'describe pod client',
  ],
  [
    'the pod has the network of its node',
    { from: { ...from, pod: pod('shop', 'client', {}, { spec: { hostNetwork: true, containers: [] } }) } },
    'membership',
    'pod shop/client',
    'describe pod client',
  ],
  [
    'the pod is excluded',
    { from: { ...from, pod: pod('shop', 'client', { 'kubeslice.io/exclude': 'true' }) } },
    'membership',
    'pod shop/client',
    'label pod client kubeslice.io/exclude-',
  ],
  [
    'the namespace is in no slice',
    { from: { ...from, pod: pod('other', 'client', {}) } },
    'membership',
    'namespace other',
    'kubectl --context hub -n default patch slice app',
  ],
  ['the pod is not attached', { from: { ...from, sliceNodes: [] } }, 'membership', 'pod shop/client', 'delete pod agent-of-east'],
  [
    'the node of the pod is not in the slice',
    { from: { ...from, sliceNodes: [notInUse] } },
    'membership',
    'pod shop/client',
    'get pods -l app.kubernetes.io/component=worker',
  ],
  [
    'nothing is exported',
    { service: { ...service, import: undefined, exporter: { ...exporter, exports: [] } } },
    'export',
    'ServiceExport shop/web',
    '| kubectl --context west apply -f -',
  ],
  [
    'nothing is known and the other cluster is not at hand',
    { service: { ...service, import: undefined, known: ['shop/webb'], exporter: undefined } },
    'export',
    'ServiceImport shop/web',
    '--to-context',
  ],
  [
    'no pod is ready and the other cluster is not at hand',
    { service: { ...service, import: { ...imported, status: { availableEndpoints: 0 } }, exporter: undefined } },
    'export',
    'ServiceExport shop/web',
    '--to-context',
  ],
  ['the export has no pods', exporting('NoMatchingPods'), 'export', 'ServiceExport shop/web', 'get pods --show-labels'],
  [
    'it is exported to another slice',
    { service: { ...service, exporter: { ...exporter, exports: [{ ...export_, spec: { slice: 'other' } }] } } },
    'export',
    'ServiceExport shop/web',
    '{"spec":{"slice":"app"}}',
  ],
  ['DNS is silent', probed({ answers: [{ outcome: 'silent', ms: 2000 }] }), 'name', 'cluster DNS', 'kubeslice doctor --context east'],
  [
    'DNS does not know the name',
    probed({ answers: [{ outcome: 'answered', ms: 1, addresses: [], detail: 'ENOTFOUND' }] }),
    'name',
    'name web.shop.svc.slice.local',
    'kubeslice doctor',
  ],
  ['no node has the address', { peer: undefined }, 'address', 'address 10.0.1.2', 'get slicepeers,slicenodes'],
  ['the slice is not on the node', probed({ present: false }), 'route', 'pod shop/client', 'delete pod agent-of-east'],
  [
    'the pod sends elsewhere',
    probed({ podRoute: '10.0.1.2 via 10.244.0.1 dev eth0' }),
    'route',
    'pod shop/client',
    'delete pod agent-of-east',
  ],
  ['the slice has no route', probed({ sliceRoute: 'unreachable 10.0.1.2' }), 'route', 'slice app', 'delete pod agent-of-east'],
  ['nothing leaves the pod', probed({ ...lost, leftPod: 0 }), 'route', 'pod shop/client', 'delete pod agent-of-east'],
  [
    'the firewall of a node drops tunnels',
    { ...probed(lost), to: { ...to, facts: { ...facts, dropRules: [rule] } } },
    'tunnel',
    'node e1',
    'exec agent-of-west -- nft delete rule inet filter input handle 7',
  ],
  ['the nodes are cut', probed({ ...lost, underlay: none }), 'tunnel', 'link to node west/w1', 'UDP 51820-51899'],
  ['only UDP is dropped', probed(lost), 'tunnel', 'link to node west/w1', 'UDP 51820-51899'],
  [
    'the tunnel does not know the peer',
    { ...probed(lost), from: { ...from, facts: { ...facts, slices: facts.slices.map((each) => ({ ...each, peers: [] })) } } },
    'tunnel',
    'link to node west/w1',
    'delete pod agent-of-east',
  ],
  ['large packets are lost', probed({ targetLarge: none, routerLarge: none }), 'size', 'network between the nodes', 'MTU'],
  [
    'the pod does not answer',
    probed({ target: none, targetLarge: none }),
    'pod',
    'pod shop/web-1 of cluster west',
    'delete pod agent-of-west',
  ],
  [
    'nobody listens',
    probed({ answers: [probe.answers[0] ?? { outcome: 'failed', ms: 0 }, { outcome: 'refused', ms: 1 }] }),
    'port',
    'pod shop/web-1 of cluster west',
    'targetPort',
  ],
  [
    'the port is silent',
    probed({ answers: [probe.answers[0] ?? { outcome: 'failed', ms: 0 }, { outcome: 'silent', ms: 2000 }] }),
    'port',
    'pod shop/web-1 of cluster west',
    'networkpolicies',
  ],
  [
    'the other pod does not reach back',
    { back: { ...probe, target: none } },
    'way back',
    'pod shop/web-1 of cluster west',
    'other way round',
  ],
];

describe('the first broken step when', () => {
  test.each(table)('%s', (_what, change, hop, object, mends) => {
    const broken = firstBroken(explainPath({ ...well, ...change }));
    expect(broken).toMatchObject({ hop, object });
    expect(`${broken?.remedy ?? ''} ${broken?.advice ?? ''}`).toContain(mends);
  });
});

test('a service whose endpoints are left out here is offered all the same', () => {
  const unreached = { ...imported, status: { availableEndpoints: 0 } };
  const hops = explainPath({ ...well, ...probed(lost), service: { ...service, import: unreached, withheld: 1 } });
  expect(hops.find(({ hop }) => hop === 'export')?.state).toBe('ok');
  expect(firstBroken(hops)?.hop).toBe('tunnel');
});

test('a name without address is no fault of DNS while the node behind it is not reached', () => {
  const answers = [{ outcome: 'answered' as const, ms: 1, addresses: [], detail: 'ENODATA' }];
  const hops = explainPath({ ...well, ...probed({ ...lost, answers }) });
  expect(firstBroken(hops)?.hop).toBe('tunnel');
  expect(hops.find(({ hop }) => hop === 'name')?.state).toBe('unknown');
});

test('a wrong target port is corrected to one that the pod declares', () => {
  const wrong = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { selector: { app: 'web-1' }, ports: [{ port: 80, targetPort: 9999 }] },
  };
  const answers = [probe.answers[0] ?? { outcome: 'failed' as const, ms: 0 }, { outcome: 'refused' as const, ms: 1 }];
  const view: PathView = {
    ...well,
    ...probed({ answers }),
    port: { number: 80, protocol: 'TCP', targetPort: 9999 },
    service: { ...service, exporter: { ...exporter, services: [wrong] } },
  };
  expect(firstBroken(explainPath(view))).toMatchObject({
    object: 'Service shop/web',
    remedy: `kubectl --context west -n shop patch service web --type json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]'`,
  });
});

test('without the other cluster, and without packets, what is left is told and not guessed', () => {
  const hops = explainPath({ ...well, to: undefined, back: undefined, probe: undefined, service: { ...service, exporter: undefined } });
  expect(firstBroken(hops)).toBeUndefined();
  expect(hops.filter(({ state }) => state === 'unknown').map(({ hop }) => hop)).toEqual([
    'name',
    'route',
    'policy',
    'tunnel',
    'size',
    'pod',
    'port',
    'way back',
  ]);
});
