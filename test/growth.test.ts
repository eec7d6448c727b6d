import { describe, expect, it } from 'vitest';
import type { LinkReport, SliceNode } from '../src/api/slicenode/type.ts';
import type { SlicePeer } from '../src/api/slicepeer/type.ts';
import { digestOfNotices } from '../src/exchange/notice/heads.ts';
import { planImport } from '../src/plan/exports/imports.ts';
import { offersOfName } from '../src/plan/exports/offer-conflict.ts';
import { nodeFacts } from '../src/plan/facts/facts.ts';
import { type NodeFacts, peerName, type SliceFacts } from '../src/plan/facts/node-state.ts';
import { report, slice } from '../src/plan/fixtures/hub.ts';
import { endpoint, offer, sliceNode } from '../src/plan/fixtures/worker.ts';
import { planAddressing } from '../src/plan/ipam/cluster-blocks.ts';
import { planPodAddresses } from '../src/plan/ipam/pod-addresses.ts';
import { planLinkReport } from '../src/plan/links/link-report.ts';
import { encodeVotes, type Vote } from '../src/plan/links/link-votes.ts';
import { planLinks } from '../src/plan/links/links.ts';
import { answered, newLink } from '../src/plan/links/liveness.ts';
import { planProbes } from '../src/plan/links/probe-schedule.ts';
import { namespaceSlices } from '../src/plan/mcs/namespace-slices.ts';
import { planWithdrawals } from '../src/plan/names/withdrawal.ts';
import { planNode } from '../src/plan/node/desired.ts';
import { noTrust } from '../src/plan/peers/peer-trust.ts';
import { createVerifiedReader } from '../src/plan/peers/read-verified-peer.ts';
import type { AccessMember, AccessPolicyFacts } from '../src/plan/policy/access.ts';
import { accessCompiler } from '../src/plan/policy/compile.ts';
import { planSliceStatus } from '../src/plan/slices/slice-status.ts';
import { planNodes } from '../src/plan/status/nodes.ts';
import { planPeerCalls } from '../src/plan/tunnels/peer-calls.ts';
import { keyLifeMs, planPeerKeys, tunnelOf } from '../src/plan/tunnels/peer-keys.ts';
import type { Node } from '../src/values/builtin/node.ts';
import { cpuCost, growthOf } from './cpu-cost.ts';

/*
 * What planners cost with large inputs: ten times the input may take at most fifteen times the time. A planner that compares everything with everything
 * is hundred times slower there, long before anybody runs a fleet of that size.
 */

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const key = (index: number): string => Buffer.alloc(32, String(index).padStart(8, '0')).toString('base64');
const blockOf = (index: number): string => `10.${index >> 8}.${index & 255}.0/26`;
const routerOf = (index: number): string => blockOf(index).replace('0/26', '1');
const nodeName = (index: number): string => `n${String(index).padStart(5, '0')}`;
const node = (index: number): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName(index) } });

const nodesWithBlocks = (count: number): SliceNode[] =>
  many(count, (index) => {
    const made = sliceNode(nodeName(index), { publicKey: key(index), links: linksTo(10, 10) });
    return { ...made, metadata: { ...made.metadata, name: `app.${nodeName(index)}` }, spec: { ...made.spec, blocks: [blockOf(index)] } };
  });
const linksTo = (clusters: number, nodes: number): LinkReport => ({
  observedAt: '2026-01-01T00:00:00Z',
  clusters: Object.fromEntries(
    many(clusters, (index) => [
      `c${index}`,
      encodeVotes(new Map(many(nodes, (each): [string, Vote] => [nodeName(each), each % 10 === 0 ? 'Down' : 'Up']))),
    ]),
  ),
});
/** A node with ten pods of one namespace. */
const accessMember = (index: number, namespace: string): AccessMember => ({
  cluster: `c${index % 10}`,
  blocks: [blockOf(index)],
  pods: many(10, (at) => ({
    namespace,
    serviceAccount: 'web',
    labels: { app: 'web' },
    addresses: [blockOf(index).replace('0/26', String(at + 2))],
  })),
});
const peer = (index: number): SlicePeer => ({
  apiVersion: '',
  kind: 'SlicePeer',
  metadata: { name: `p${index}` },
  spec: {
    slice: 'app',
    cluster: `c${index % 10}`,
    node: nodeName(index),
    publicKey: key(index),
    endpoints: [{ address: '192.0.2.1', port: 51820 }],
    blocks: [blockOf(index)],
    router: routerOf(index),
    serial: 1,
  },
});
const factsOf = (peers: number): NodeFacts => {
  const own = sliceNode('own');
  return nodeFacts({
    node: 'own',
    nodeObject: undefined,
    sliceNodes: [{ ...own, spec: { ...own.spec, blocks: ['10.255.0.0/26'], sliceSubnet: '10.0.0.0/8' } }],
    slicePeers: many(peers, peer),
    slices: [{ ...slice('app'), spec: { ...slice('app').spec, namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } } }],
    pods: [],
  });
};
const theSlice = ({ slices: [first] }: NodeFacts): SliceFacts => {
  if (first === undefined) throw new Error('no slice');
  return first;
};
const networkOf = (facts: NodeFacts) => {
  const [network] = planNode({
    facts,
    decisions: {},
    drivers: [{ driver: 'WireGuard', usable: true, reason: 'it is there' }],
    keys: new Map([['app', { publicKey: 'own', privateKeyFile: '/key' }]]),
    mtu: 1420,
    podNetns: new Map(),
    calls: new Map(),
    busyPorts: new Set(),
    now: 0,
  }).networks;
  if (network === undefined) throw new Error('no network');
  return network;
};
const linkOf = (count: number) => new Map(many(count, (index) => [`c${index % 10}/${nodeName(index)}`, answered(newLink(0), 5, 1, 0.5)]));

/** A planner: with an input of so many things, a function that runs it. */
type Case = readonly [what: string, prepare: (count: number) => () => unknown, few: number];

const cases: readonly Case[] = [
  [
    'the blocks of the clusters',
    (count) => {
      const clusters = many(count, (index) => ({ cluster: `c${index}`, wantedAddresses: 1_000 }));
      const { written } = planAddressing({ sliceSubnet: '10.0.0.0/8', written: [], retired: [], clusters });
      return () => planAddressing({ sliceSubnet: '10.0.0.0/8', written, retired: [], clusters });
    },
    50,
  ],
  [
    'the addresses of the pods of a node',
    (count) => {
      const pods = many(count, (index) => `uid-${index}`);
      const leases = Object.fromEntries(
        pods.map((uid, index) => [uid, `10.0.${index >> 8}.${(index & 255) + 2 > 255 ? 254 : (index & 255) + 2}`]),
      );
      return () => planPodAddresses({ blocks: ['10.0.0.0/20'], leases, freed: {}, withdrawnThrough: 1, pods: [...pods, 'new'], now: 1 });
    },
    200,
  ],
  [
    'what a node knows of its peers',
    (count) => {
      const [own, readPeer] = [sliceNode('own'), createVerifiedReader()({ trust: noTrust, refusalOf: () => undefined })];
      const sliceNodes = [{ ...own, spec: { ...own.spec, blocks: ['10.255.0.0/26'], sliceSubnet: '10.0.0.0/8' } }];
      const slicePeers = many(count, peer);
      return () =>
        nodeFacts({ node: 'own', nodeObject: undefined, sliceNodes, slicePeers, slices: [slice('app')], pods: [] }, undefined, readPeer);
    },
    200,
  ],
  [
    'the network of a node',
    (count) => {
      const facts = factsOf(count);
      return () => networkOf(facts);
    },
    200,
  ],
  [
    'how a node calls its peers',
    (count) => {
      const slices = [theSlice(factsOf(count))];
      const links = linkOf(count);
      const input = {
        slices,
        keys: new Map([['app', { publicKey: 'own' }]]),
        linkOf: (_: string, name: string) => links.get(name),
        now: 10,
      };
      const before = planPeerCalls({ ...input, before: new Map() });
      return () => planPeerCalls({ ...input, before });
    },
    100,
  ],
  [
    'the keys from mutual TLS of a node',
    (count) => {
      const links = linkOf(count);
      const slices = factsOf(count).slices.map((each) => ({
        ...each,
        peers: each.peers.map((peer) => ({ ...peer, identityKey: peer.publicKey, bindsKeys: true as const })),
      }));
      const input = { open: new Map(), isRequired: false, slices, keys: new Map([['app', { publicKey: 'own' }]]), now: 10, wall: 10 };
      const [app] = slices;
      const held = new Map(
        app?.peers.map((peer) => [
          `app/${peerName(peer)}`,
          { presharedKey: 'K', tunnel: tunnelOf(app, 'own', peer), since: 0, lifeMs: keyLifeMs, graceMs: 1_000, until: 1_000_000 },
        ]),
      );
      return () => planPeerKeys({ ...input, before: held, linkOf: (_: string, name: string) => links.get(name) });
    },
    100,
  ],
  [
    'the probes of a node',
    (count) => {
      const links = linkOf(count);
      return () => planProbes(links, 10, 100);
    },
    100,
  ],
  [
    'the report of a node about its links',
    (count) => {
      const [network, links] = [networkOf(factsOf(count)), linkOf(count)];
      return () => planLinkReport({ network, links, handshakes: new Map(), now: 10, wall: 10 });
    },
    100,
  ],
  [
    'the report of a cluster about its links',
    (count) => {
      const [sliceNodes, nodes] = [nodesWithBlocks(count), many(count, node)];
      const seen = {
        cluster: 'c0',
        silent: new Set<string>(),
        refused: [],
        failing: { list: [], count: 0 },
        absentNamespaces: [],
        access: undefined,
      };
      const peers = new Map(many(10, (index) => [`c${index}`, 10] as const));
      return () => planLinks({ ...seen, sliceNodes, nodes, peers });
    },
    100,
  ],
  [
    'the withdrawn nodes of a slice',
    (count) => {
      const votes = linksTo(10, 10).clusters;
      const observers = many(count, (index) => ({ node: nodeName(index), cluster: 'c0', fresh: true, votes }));
      return () => planWithdrawals(observers);
    },
    100,
  ],
  [
    'the status of a slice, by the pairs of its clusters',
    (count) => {
      const size = Math.round(Math.sqrt(count));
      const links = Object.fromEntries(many(size, (index) => [`c${index}`, [10, 10]] as const));
      const clusters = many(size, (index) => ({ name: `c${index}`, blocks: [blockOf(index)], connected: true, report: report(10, links) }));
      const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' } as const;
      const seen = {
        slice: slice('app'),
        accepted,
        exchangeNamespace: 'x',
        withoutBlock: new Map(),
        shortage: undefined,
        policiesServed: true,
        retired: [],
        missing: new Map(),
      };
      return () => planSliceStatus({ ...seen, clusters }, 0);
    },
    400,
  ],
  [
    'the verdicts of policies, by policies',
    (count) => {
      const policies = many(
        count,
        (index): AccessPolicyFacts => ({
          name: `p${index}`,
          scope: 'slice',
          action: 'Allow',
          to: { namespaces: [`n${index}`] },
          from: [{ namespaces: [`n${index + 1}`], serviceAccounts: ['web'] }],
          ports: [{ protocol: 'TCP', port: 80 }],
        }),
      );
      const members = many(count, (index) => accessMember(index, `n${index}`));
      return () => accessCompiler({ default: 'Deny', policies })(members);
    },
    100,
  ],
  [
    'the verdicts of policies, by pods',
    (count) => {
      const policies = many(
        20,
        (index): AccessPolicyFacts => ({
          name: `p${index}`,
          scope: 'slice',
          action: 'Allow',
          to: { namespaces: [`n${index}`] },
          from: [{ podSelector: { matchLabels: { app: 'web' } } }],
        }),
      );
      const members = many(count, (index) => accessMember(index, `n${index % 20}`));
      return () => accessCompiler({ default: 'Deny', policies })(members);
    },
    50,
  ],
  [
    'the nodes in the status of a fleet',
    (count) => {
      const nodes = many(count, (index) => ({
        slice: 'app',
        cluster: `c${index % 10}`,
        body: {
          node: nodeName(index),
          publicKey: key(index),
          endpoints: [{ address: '192.0.2.1', port: 51820 }],
          blocks: [blockOf(index)],
          addresses: [routerOf(index)],
        },
      }));
      const reports = many(10, (index) => ({ slice: 'app', cluster: `c${index}`, report: report(count / 10) }));
      return () => planNodes({ nodes, reports });
    },
    100,
  ],
  [
    'the import of a service of many clusters',
    (count) => {
      const offers = offersOfName(
        many(count, (index) => offer(`c${index}`, many(4, endpoint))),
        () => 0,
      );
      return () =>
        planImport({ slice: 'app', namespace: 'app-ns', name: 'web', offers, seen: undefined, withheld: new Set(), address: undefined }, 0);
    },
    25,
  ],
  [
    'the slices of many namespaces',
    (count) => {
      const slices = many(count, (index) => ({
        ...slice(`s${index}`),
        spec: { ...slice(`s${index}`).spec, namespaceIsolationProfile: { applicationNamespaces: [`ns${index}`, `more${index}`] } },
      }));
      return () => namespaceSlices(slices);
    },
    // A larger index no longer fits into the caches of a small machine.
    100,
  ],
  [
    'who owns the name of a service of many clusters',
    (count) => {
      const offers = many(count, (index) => offer(`c${index}`, []));
      return () => offersOfName(offers, () => 0);
    },
    25,
  ],
  [
    'the summary of the notices of a cluster',
    (count) => {
      const notices = many(count, (index) => ({ kind: 'Export' as const, signature: key(index) }));
      return () => digestOfNotices(notices);
    },
    200,
  ],
];

describe('ten times the input takes less than fifteen times the time', () => {
  it.each(cases)('%s', async (_, prepare, few) => {
    expect(await growthOf((count) => cpuCost(prepare(count)), few, 15)).toBeLessThan(15);
  });
});
