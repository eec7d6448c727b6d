import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NodeFacts, PeerFacts, PodFacts, SliceFacts } from '../facts/node-state.ts';
import type { PeerCalls } from '../tunnels/peer-calls.ts';
import { type NodeInput, planNode } from './desired.ts';

const peer = (cluster: string, node: string, block: string, rest: Partial<PeerFacts> = {}): PeerFacts => ({
  cluster,
  node,
  publicKey: `key-${cluster}-${node}`,
  endpoints: [{ address: '192.0.2.2', port: 51820 }],
  blocks: [block],
  router: block.replace(/0\/\d+$/, '1'),
  ...rest,
});
const slice = (rest: Partial<SliceFacts> = {}): SliceFacts => ({
  name: 'app',
  uid: 'u1',
  subnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  namespaces: ['app-ns'],
  peers: [peer('west', 'a', '10.0.1.0/24')],
  ...rest,
});
const pod = (uid: string, rest: Partial<PodFacts> = {}): PodFacts => ({ uid, namespace: 'app-ns', name: uid, eligible: true, ...rest });
const input = (facts: Partial<NodeFacts>, rest: Partial<NodeInput> = {}): NodeInput => {
  const all: NodeFacts = { node: 'n1', addresses: ['192.0.2.1'], slices: [slice()], pods: [], ...facts };
  return {
    facts: all,
    decisions: {},
    drivers: [
      { driver: 'WireGuard', usable: false, reason: 'the kernel has no WireGuard' },
      { driver: 'WireGuardUserspace', usable: true, reason: 'wireguard-go is there' },
    ],
    keys: new Map(all.slices.map(({ name }) => [name, { publicKey: `public-${name}`, privateKeyFile: `/keys/${name}` }])),
    mtu: 1420,
    podNetns: new Map(all.pods.map(({ uid }) => [uid, `/run/netns/${uid}`])),
    calls: new Map(),
    busyPorts: new Set(),
    now: 1_000,
    ...rest,
  };
};

it('makes a network of a slice, its peers and its running pods', () => {
  const plan = planNode(input({ pods: [pod('a'), pod('b'), pod('elsewhere', { namespace: 'other' }), pod('host', { eligible: false })] }));
  expect(plan.networks).toMatchObject([
    {
      slice: 'app',
      netns: 'ks-app',
      driver: 'WireGuardUserspace',
      publicKey: 'public-app',
      listenPort: 51820,
      router: '10.0.0.1',
      peers: [
        { name: 'west/a', endpoint: '192.0.2.2:51820', allowedIPs: ['10.0.1.0/24'], router: '10.0.1.1', keepaliveSeconds: 25, renewals: 0 },
      ],
      pods: [
        { uid: 'a', name: 'app-ns/a', address: '10.0.0.2', netns: '/run/netns/a' },
        { uid: 'b', name: 'app-ns/b', address: '10.0.0.3', netns: '/run/netns/b' },
      ],
    },
  ]);
  expect(plan.problems).toEqual(new Map());
  expect(plan.drivers.get('app')?.reason).toBe('the kernel has no WireGuard; wireguard-go is there');
});

it('has nothing of a slice that does not need the node, and keeps its count while others use its port', () => {
  const absent = slice({ idle: true, blocks: [] });
  expect(planNode(input({ slices: [absent] }))).toMatchObject({ networks: [], decisions: {}, problems: new Map() });
  const before = { app: { uid: 'u1', port: 51820, leases: { a: '10.0.0.2' }, freed: { '10.0.0.3': 1 }, revision: 7 } };
  const plan = planNode(input({ slices: [absent, slice({ name: 'other' })], pods: [pod('a')] }, { decisions: before }));
  expect(plan.networks).toMatchObject([{ slice: 'other', listenPort: 51820 }]);
  expect(plan.decisions.app).toEqual({ uid: 'u1', leases: {}, freed: {}, revision: 7 });
  const again = planNode(input({ slices: [slice(), slice({ name: 'other' })], pods: [pod('a')] }, { decisions: plan.decisions }));
  expect(again.networks).toMatchObject([
    { slice: 'app', listenPort: 51821 },
    { slice: 'other', listenPort: 51820 },
  ]);
  expect(again.decisions.app?.revision).toBe(8);
});

// A slice that returned took its old port back from the one that had been given it meanwhile, if that came first by name.
it('leaves the port of a slice to the one that has it now, whichever of them is planned first', () => {
  const other = slice({ name: 'other' });
  const decided = (port: number) => ({ uid: 'u1', port, leases: {}, freed: {}, revision: 0 });
  const left = planNode(input({ slices: [slice({ name: 'zoo', idle: true, blocks: [] })] }, { decisions: { zoo: decided(51820) } }));
  const taken = planNode(input({ slices: [other, slice({ name: 'zoo', idle: true, blocks: [] })] }, { decisions: left.decisions }));
  const back = planNode(input({ slices: [other, slice({ name: 'zoo' })] }, { decisions: taken.decisions }));
  expect(back.networks).toMatchObject([
    { slice: 'other', listenPort: 51820 },
    { slice: 'zoo', listenPort: 51821 },
  ]);
});

it('keeps the tunnel of a slice that leaves the node until its blocks are gone', () => {
  expect(planNode(input({ slices: [slice({ idle: true })] })).networks).toMatchObject([{ slice: 'app' }]);
});

it.each<[string, NodeInput, string, RegExp]>([
  ['without a block', input({ slices: [slice({ blocks: [] })] }), 'NotConnected', /no address block/],
  [
    'without any driver',
    input({}, { drivers: [{ driver: 'WireGuard', usable: false, reason: 'none here' }] }),
    'DriverUnavailable',
    /none here/,
  ],
  [
    'with a driver asked for by name that is missing',
    input({ slices: [slice({ driver: 'WireGuard' })] }),
    'DriverUnavailable',
    /requests WireGuard, but the kernel has no WireGuard/,
  ],
  [
    'without a free port',
    input({}, { busyPorts: new Set(Array.from({ length: 80 }, (_, index) => 51_820 + index)) }),
    'NotConnected',
    /80 UDP ports/,
  ],
])('says why a slice cannot be had: %s', (_, given, reason, message) => {
  const plan = planNode(given);
  expect(plan.networks).toEqual([]);
  expect(plan.problems.get('app')).toMatchObject({ reason });
  expect(plan.problems.get('app')?.message).toMatch(message);
});

it('keeps ports and addresses, and gives none twice', () => {
  const two = [slice(), slice({ name: 'bee', uid: 'u2', namespaces: ['bee-ns'] })];
  const first = planNode(input({ slices: two, pods: [pod('a'), pod('z', { namespace: 'bee-ns' })] }, { busyPorts: new Set([51_820]) }));
  expect(first.networks.map((network) => network.listenPort)).toEqual([51_821, 51_822]);
  const again = planNode(
    input(
      { slices: [two[1] ?? slice(), slice({ name: 'aaa', uid: 'u3', namespaces: [] })], pods: [pod('z', { namespace: 'bee-ns' })] },
      { decisions: first.decisions, busyPorts: new Set([51_821, 51_822]) },
    ),
  );
  expect(again.decisions.bee).toEqual(first.decisions.bee);
  expect(again.decisions.app).toBeUndefined();
  expect(again.decisions.aaa?.port).not.toBe(51_822);
});

it('starts addresses afresh for a slice made again under its name, and keeps the port', () => {
  const before = { app: { uid: 'old', port: 51_833, leases: { a: '10.0.0.99' }, freed: { '10.0.0.98': 1 } } };
  const plan = planNode(input({ pods: [pod('a')] }, { decisions: before }));
  expect(plan.decisions.app).toEqual({
    uid: 'u1',
    port: 51_833,
    leases: { a: '10.0.0.2' },
    freed: {},
    revision: 1,
    withdrawals: {},
  });
});

it('gives no address to a pod that does not run, but keeps the one it has', () => {
  const decisions = { app: { uid: 'u1', port: 51_820, leases: { b: '10.0.0.7' }, freed: {} } };
  const plan = planNode(input({ pods: [pod('a'), pod('b')] }, { decisions, podNetns: new Map() }));
  expect(plan.decisions.app?.leases).toEqual({ b: '10.0.0.7' });
  expect(plan.networks[0]?.pods).toEqual([]);
  expect(plan.podsWithoutNetns).toEqual(['a', 'b']);
});

it('lets neither a key nor a block have two peers', () => {
  const peers = [peer('a', '1', '10.0.1.0/24'), peer('b', '1', '10.0.1.0/24'), peer('c', '1', '10.0.2.0/24', { publicKey: 'key-a-1' })];
  expect(planNode(input({ slices: [slice({ peers })] })).networks[0]?.peers.map(({ name }) => name)).toEqual(['a/1']);
});

it('writes IPv6 endpoints as WireGuard reads them, and waits for a peer without one', () => {
  const peers = [
    peer('a', '1', '10.0.1.0/24', { endpoints: [{ address: '2001:db8::1', port: 7 }] }),
    peer('b', '1', '10.0.2.0/24', { endpoints: [] }),
  ];
  expect(planNode(input({ slices: [slice({ peers })] })).networks[0]?.peers.map(({ endpoint }) => endpoint)).toEqual([
    '[2001:db8::1]:7',
    undefined,
  ]);
});

it('uses the endpoint that is said, and the first of a shorter list', () => {
  const renewal = { publicKey: 'a-1', since: 0, count: 2, nextAt: undefined };
  const callsOf = (index: number): PeerCalls =>
    new Map([['app/a/1', { endpoint: { index, since: 0, switches: 0, tried: 1, nextAt: undefined }, renewal }]]);
  const endpoints = ['192.0.2.2', '198.51.100.2'].map((address) => ({ address, port: 1 }));
  const endpointWith = (index: number): string | undefined =>
    planNode(input({ slices: [slice({ peers: [peer('a', '1', '10.0.1.0/24', { endpoints })] })] }, { calls: callsOf(index) })).networks[0]
      ?.peers[0]?.endpoint;
  expect([0, 1, 7].map(endpointWith)).toEqual(['192.0.2.2:1', '198.51.100.2:1', '192.0.2.2:1']);
});

it('changes nothing when planned again, whatever came and went before', () => {
  const pods = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 }).map((uids) => uids.map((uid) => pod(uid)));
  fc.assert(
    fc.property(fc.array(pods, { minLength: 1, maxLength: 4 }), (history) => {
      let plan = planNode(input({}));
      for (const list of history) plan = planNode(input({ pods: list }, { decisions: plan.decisions }));
      const again = planNode(input({ pods: history.at(-1) ?? [] }, { decisions: plan.decisions }));
      expect(again.decisions).toEqual(plan.decisions);
      expect(again.networks).toEqual(plan.networks);
      const addresses = again.networks.flatMap((network) => network.pods.map(({ address }) => address));
      expect(new Set(addresses).size).toBe(addresses.length);
    }),
  );
});

it('makes an IPsec tunnel to the nodes that state the same, with both identities', () => {
  const drivers = [{ driver: 'IPsec', usable: true, reason: 'strongSwan exists' }] as const;
  const same = peer('west', 'a', '10.0.1.0/24', { identityKey: 'stated', tunnel: 'IPsec' });
  const stranger = peer('north', 'c', '10.0.3.0/24', { identityKey: 'other', tunnel: 'IPsec' });
  const peers = [same, peer('west', 'b', '10.0.2.0/24', { identityKey: 'stated' }), stranger];
  const asked = slice({ driver: 'IPsec', certificate: 'PEM', peers });
  const rest = {
    drivers,
    identityKeyFile: '/keys/identity',
    authorityOf: (uid: string, cluster: string) => (uid === 'u1' && cluster === 'west' ? 'ROOT' : undefined),
  };
  const [network] = planNode(input({ slices: [asked] }, rest)).networks;
  expect(network).toMatchObject({
    driver: 'IPsec',
    interface: 'ipsec0',
    mtu: 1400,
    nodeIdentity: { certificate: 'PEM', privateKeyFile: '/keys/identity' },
    peers: [{ name: 'west/a', identity: { key: 'stated', authority: 'ROOT' } }, { name: 'north/c' }],
  });
  expect(network?.peers[1]).not.toHaveProperty('identity');
  expect(planNode(input({ slices: [asked] }, { ...rest, mtu: 1200 })).networks[0]?.mtu).toBe(1192);
  const [wireguard] = planNode(input({ slices: [{ ...asked, driver: 'Auto' }] })).networks;
  expect(wireguard?.peers.map(({ name }) => name)).toEqual(['west/b']);
  expect(wireguard).not.toHaveProperty('nodeIdentity');
  expect(planNode(input({ slices: [asked] })).problems.get('app')).toEqual({
    reason: 'DriverUnavailable',
    message: 'The slice requests IPsec, but this version does not have it; use tunnel.driver Auto or install what is missing.',
  });
});
