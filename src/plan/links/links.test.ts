import { describe, expect, it } from 'vitest';
import type { LinkReport, SliceNodeStatus } from '../../api/slicenode/type.ts';
import { linksBody } from '../../exchange/statement/links.ts';
import type { Node } from '../../values/builtin/node.ts';
import { sliceNode } from '../fixtures/worker.ts';
import { encodeVotes, type Vote } from './link-votes.ts';
import { awaitsLinks, differsInSize, type LinksSnapshot, planLinks, sameLinkStates } from './links.ts';

const links = (said: Readonly<Record<string, Readonly<Record<string, Vote>>>>, worstRttMs = 1): LinkReport => ({
  observedAt: '2026-01-01T00:00:00Z',
  clusters: Object.fromEntries(
    Object.entries(said).map(([cluster, votes]) => [cluster, { ...encodeVotes(new Map(Object.entries(votes))), worstRttMs }]),
  ),
  exceptions: Object.entries(said).flatMap(([cluster, votes]) =>
    Object.entries(votes).flatMap(([node, vote]) =>
      vote === 'Up'
        ? []
        : [{ peer: `${cluster}/${node}`, driver: 'wireguard', state: vote, reason: `r\u001b[31m`, since: '2026-01-01T00:00:00Z' }],
    ),
  ),
});
const part = (node: string, said: LinkReport | undefined, more: SliceNodeStatus = {}) =>
  sliceNode(node, { publicKey: 'k', ...(said === undefined ? {} : { links: said }), ...more });
const node = (name: string, more: Partial<Node> = {}): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, ...more });
const notReady = { status: { conditions: [{ type: 'Ready', status: 'Unknown' as const }] } };

const n1 = part('n1', links({ east: { n2: 'Up' }, west: { w1: 'Down' } }));
const n2 = part('n2', links({ east: { n1: 'Up' }, west: { w1: 'Up' } }, 7));
const linksOf = (seen: Partial<LinksSnapshot>) =>
  planLinks({
    sliceNodes: [n1, n2],
    nodes: [node('n1'), node('n2')],
    peers: new Map([
      ['east', 2],
      ['west', 1],
    ]),
    cluster: 'east',
    silent: new Set(),
    refused: [],
    failing: { list: [], count: 0 },
    absentNamespaces: [],
    access: undefined,
    ...seen,
  });

describe('the report about links', () => {
  it('sums by cluster, and spells out what is wrong', () => {
    const body = linksOf({});
    expect(body).toEqual({
      nodes: 2,
      clusters: [
        { cluster: 'east', up: 2, down: 0, total: 2, worstRttMs: 7 },
        { cluster: 'west', up: 1, down: 1, total: 2, worstRttMs: 7 },
      ],
      worst: [
        {
          node: 'n1',
          peerCluster: 'west',
          peerNode: 'w1',
          driver: 'wireguard',
          state: 'Down',
          reason: 'r [31m',
          since: '2026-01-01T00:00:00Z',
        },
      ],
      impaired: [{ node: 'n1', up: 1, down: 1, total: 2, reason: 'west/w1: r [31m' }],
      impairedNodes: 1,
      missingNodes: [],
      missing: 0,
    });
    expect(linksBody.parse(body)).toEqual(body);
  });

  it('sums the links under keys from mutual TLS, with the end of the first certificate', () => {
    const boundIn = (said: LinkReport, boundUntil: string): LinkReport => ({
      ...said,
      clusters: Object.fromEntries(Object.entries(said.clusters).map(([cluster, votes]) => [cluster, { ...votes, bound: 1, boundUntil }])),
    });
    const body = linksOf({
      sliceNodes: [
        part('n1', boundIn(links({ east: { n2: 'Up' }, west: { w1: 'Up' } }), '2026-01-01T08:00:00.000Z')),
        part('n2', boundIn(links({ east: { n1: 'Up' }, west: { w1: 'Up' } }), '2026-01-01T06:00:00.000Z')),
      ],
    });
    for (const { bound, boundUntil } of body.clusters) expect([bound, boundUntil]).toEqual([2, '2026-01-01T06:00:00.000Z']);
    expect(linksBody.parse(body)).toEqual(body);
  });

  it('counts what is not known yet, and not what a cluster said that left', () => {
    const peers = new Map([
      ['east', 2],
      ['north', 3],
    ]);
    expect(linksOf({ peers }).clusters).toEqual([
      { cluster: 'east', up: 2, down: 0, total: 2, worstRttMs: 7 },
      { cluster: 'north', up: 0, down: 0, total: 6 },
    ]);
  });

  it('is not worth a write while links are being made that nothing says are down', () => {
    const pair = (cluster: string, up: number, total: number, down = 0) => ({ cluster, up, down, total });
    const body = { ...linksOf({}), clusters: [pair('west', 2, 2)], worst: [], impaired: [], impairedNodes: 0 };
    const grown = { ...body, nodes: 3, inUse: true as const, clusters: [pair('west', 2, 3)], impairedNodes: 1 };
    expect(awaitsLinks(body, grown)).toBe(true);
    expect(awaitsLinks(body, { ...grown, clusters: [pair('west', 3, 3)] })).toBe(false);
    expect(awaitsLinks(body, { ...grown, clusters: [pair('west', 2, 3, 1)] })).toBe(false);
    expect(awaitsLinks(body, { ...grown, missing: 1 })).toBe(false);
    expect(awaitsLinks(body, { ...grown, refused: ['no'] })).toBe(false);
    expect(awaitsLinks(grown, { ...grown, nodes: 4, clusters: [pair('west', 2, 4)] })).toBe(false);
  });

  it('is not worth a write of its own because nodes joined or left while every link is up', () => {
    const pair = (cluster: string, up: number, total = up, down = 0) => ({ cluster, up, down, total });
    const body = { ...linksOf({}), nodes: 1, clusters: [pair('west', 2)], worst: [], impaired: [], impairedNodes: 0 };
    const grown = { ...body, nodes: 2, clusters: [pair('own', 2), pair('west', 4)] };
    expect(differsInSize(body, grown, 'own')).toBe(true);
    expect(differsInSize(grown, body, 'own')).toBe(true);
    expect(differsInSize(body, { ...grown, inUse: true }, 'own')).toBe(false);
    expect(differsInSize(body, { ...grown, outOfService: 1 }, 'own')).toBe(false);
    expect(differsInSize(body, { ...grown, clusters: [...grown.clusters, pair('north', 2)] }, 'own')).toBe(false);
    expect(differsInSize(body, { ...grown, clusters: [pair('west', 3, 4, 1)] }, 'own')).toBe(false);
    expect(differsInSize({ ...body, missing: 1 }, grown, 'own')).toBe(false);
  });

  it('misses no node that the slice does not need, whatever the state of its agent', () => {
    const idle = { ...part('n3', undefined), spec: { ...sliceNode('n3').spec, idle: true as const } };
    const nodes = [node('n1'), node('n2'), node('n3', { spec: { unschedulable: true } })];
    expect(linksOf({ sliceNodes: [n1, n2, idle], nodes, silent: new Set(['n3']) })).toEqual(linksOf({}));
  });

  it('waits for the first report of a node that joins, unless no other node serves', () => {
    const joins = sliceNode('n3', { publicKey: 'k' });
    const seen = { sliceNodes: [n1, n2, joins], nodes: [node('n1'), node('n2'), node('n3')] };
    expect(linksOf({ ...seen, joining: new Set(['n3']) })).toEqual(linksOf({}));
    expect(linksOf(seen)).toMatchObject({ nodes: 3, impairedNodes: 2 });
    const alone = { sliceNodes: [sliceNode('n3')], nodes: [node('n3')], joining: new Set(['n3']) };
    expect(linksOf(alone)).toMatchObject({ nodes: 0, missing: 1 });
    // It reported long ago, and its first new report comes within a second.
    expect(linksOf({ ...seen, silent: new Set(['n3']) })).toMatchObject({ nodes: 3, missing: 0 });
  });

  it('names nodes without a tunnel with what their agent says, and those whose agent is silent', () => {
    const broken = sliceNode('n2', {
      conditions: [{ type: 'Ready', status: 'False', reason: 'KernelFeatureMissing', message: 'no tun device.', lastTransitionTime: '' }],
    });
    const body = linksOf({ sliceNodes: [n1, broken], nodes: [node('n3'), node('n2'), node('n1')], silent: new Set(['n1']) });
    expect(body).toMatchObject({ nodes: 0, missing: 3, worst: [] });
    expect(body.missingNodes).toEqual([
      { node: 'n1', reason: expect.stringContaining('has not reported for 45 s') },
      { node: 'n2', reason: 'no tun device.' },
      { node: 'n3', reason: expect.stringContaining('the agent has not set up its tunnel yet') },
    ]);
  });

  it.each<[string, Partial<Node>]>([
    ['cordoned', { spec: { unschedulable: true } }],
    ['being removed', { metadata: { name: 'n1', deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  ])('neither counts nor misses a node that is %s', (_, more) => {
    for (const sliceNodes of [[n1, n2], [n2]]) {
      expect(linksOf({ sliceNodes, nodes: [node('n1', more), node('n2')] })).toMatchObject({
        nodes: 1,
        outOfService: 1,
        missing: 0,
        impairedNodes: 0,
        clusters: [
          { cluster: 'east', up: 1 },
          { cluster: 'west', up: 1, down: 0 },
        ],
      });
    }
  });

  it('misses a node that is not Ready only when its agent is silent, and says so', () => {
    const nodes = [node('n1', notReady), node('n2')];
    expect(linksOf({ nodes })).toMatchObject({ nodes: 2, missing: 0 });
    expect(linksOf({ nodes, silent: new Set(['n1']) })).toMatchObject({
      nodes: 1,
      missingNodes: [{ node: 'n1', reason: expect.stringContaining('powered off or disconnected'), notReady: true }],
    });
  });

  it('is as small for 10,000 nodes that lost a cluster as for few', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `node-${index}`);
    const lost = links({ west: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`w${index}`, 'Down' as const])) });
    const body = linksOf({
      sliceNodes: names.map((name) => part(name, lost)),
      nodes: names.map((name) => node(name)),
      peers: new Map([['west', 10_000]]),
    });
    expect(JSON.stringify(body).length).toBeLessThan(16_000);
    expect(linksBody.safeParse(body).success).toBe(true);
    expect(body).toMatchObject({ nodes: 10_000, impairedNodes: 10_000, clusters: [{ total: 100_000_000 }] });
  });

  it('carries what the exports report, and differs by what is wrong and not by its words', () => {
    const one = (message: string, reason = 'NoMatchingPods') => ({
      list: [{ namespace: 'app-ns', name: 'web', reason, message }],
      count: 1,
    });
    const [well, ill] = [linksOf({}), linksOf({ failing: one('0 of 3.') })];
    expect(well.failingExports).toBeUndefined();
    expect(ill).toMatchObject({ failing: 1, failingExports: [{ name: 'web', message: '0 of 3.' }] });
    expect(sameLinkStates(well, ill)).toBe(false);
    expect(sameLinkStates(ill, linksOf({ failing: one('0 of 4.') }))).toBe(true);
    expect(sameLinkStates(ill, linksOf({ failing: one('0 of 3; the image cannot be pulled.') }))).toBe(false);
    expect(sameLinkStates(ill, linksOf({ failing: one('0 of 3.', 'HostNetworkPods') }))).toBe(false);
    expect(sameLinkStates(well, linksOf({ absentNamespaces: [{ namespace: 'tema-b', near: 'team-b' }] }))).toBe(false);
  });

  it('counts no links to a node of this cluster that is switched off, and spells none out', () => {
    const [to2, to3] = [links({ east: { n2: 'Up', n3: 'Down' } }), links({ east: { n1: 'Up', n3: 'Down' } })];
    const body = linksOf({
      sliceNodes: [part('n1', to2), part('n2', to3), part('n3', links({ east: { n1: 'Up', n2: 'Up' } }))],
      nodes: [node('n1'), node('n2'), node('n3', notReady)],
      peers: new Map([['east', 3]]),
      silent: new Set(['n3']),
    });
    expect(body).toMatchObject({
      nodes: 2,
      clusters: [{ cluster: 'east', up: 2, down: 0, total: 2 }],
      worst: [],
      impaired: [],
      missingNodes: [{ node: 'n3', notReady: true, reason: expect.stringContaining('powered off or disconnected') }],
    });
  });

  it('is the same while only measurements differ', () => {
    const body = linksOf({});
    const measured = linksOf({ sliceNodes: [n1, part('n2', links({ east: { n1: 'Up' }, west: { w1: 'Up' } }, 9))] });
    const healed = linksOf({ sliceNodes: [part('n1', links({ east: { n2: 'Up' }, west: { w1: 'Up' } })), n2] });
    expect(sameLinkStates(body, measured)).toBe(true);
    expect(sameLinkStates(body, healed)).toBe(false);
  });
});
