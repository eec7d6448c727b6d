import { describe, expect, it } from 'vitest';
import type { TunnelPeer } from '../facts/slice-network.ts';
import { planLinkReport } from './link-report.ts';
import { decodeVote } from './link-votes.ts';
import { answered, judge, newLink, probed } from './liveness.ts';

const peer = (name: string): TunnelPeer => ({
  name,
  publicKey: `key of ${name}`,
  endpoint: undefined,
  allowedIPs: [],
  router: '10.0.0.1',
  keepaliveSeconds: 0,
  renewals: 0,
});
const up = answered(newLink(0), 12.345, 0, 0);
const down = judge([2_000, 2_500, 3_000].reduce(probed, up), 5_000);

it('counts and votes by cluster, and spells out what is not up', () => {
  const report = planLinkReport({
    network: { driver: 'WireGuard', peers: ['west/w1', 'west/w2', 'east/n1', 'east/new', 'east/unwatched'].map(peer) },
    links: new Map([
      ['west/w1', up],
      ['west/w2', down],
      ['east/n1', up],
      ['east/new', newLink(4_000)],
    ]),
    handshakes: new Map([['key of west/w2', 60]]),
    now: 10_000,
    wall: 1_000_010_000,
  });
  expect(report).toMatchObject({
    observedAt: '1970-01-12T13:46:50.000Z',
    clusters: { west: { up: 1, down: 1, rest: 'Up', worstRttMs: 12 }, east: { up: 1, down: 0, rest: 'Up' } },
    exceptions: [
      {
        peer: 'west/w2',
        state: 'Down',
        since: '1970-01-12T13:46:45.000Z',
        reason: expect.stringContaining('since 1970-01-12T13:46:40Z; the last WireGuard handshake was at 1970-01-01T00:01:00Z'),
      },
      { peer: 'east/new', state: 'Pending' },
    ],
  });
  const votes = (cluster: string, node: string) => decodeVote(report.clusters[cluster] ?? { up: 0, down: 0, rest: 'Up' }, node);
  expect([votes('west', 'w1'), votes('west', 'w2'), votes('east', 'new')]).toEqual(['Up', 'Down', 'Pending']);
});

it('spells out twenty links at the most', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `west/${index}`);
  const report = planLinkReport({
    network: { driver: 'WireGuard', peers: names.map(peer) },
    links: new Map(names.map((name) => [name, down])),
    handshakes: new Map(),
    now: 0,
    wall: 0,
  });
  expect(report.exceptions).toHaveLength(20);
  expect(JSON.stringify(report).length).toBeLessThan(6_000);
});

describe('while this run does not know all links', () => {
  const earlier = planLinkReport({
    network: { driver: 'WireGuard', peers: ['west/w1', 'west/w2', 'west/w3', 'west/w4'].map(peer) },
    links: new Map([
      ['west/w1', up],
      ['west/w2', up],
      ['west/w3', down],
      ['west/w4', down],
    ]),
    handshakes: new Map(),
    now: 10_000,
    wall: 1_000_010_000,
  });
  const report = planLinkReport({
    network: { driver: 'WireGuard', peers: ['west/w1', 'west/w2', 'west/w3', 'west/w4', 'west/new'].map(peer) },
    links: new Map([
      ['west/w1', up],
      ['west/w2', newLink(0)],
      ['west/w3', newLink(0)],
      ['west/w4', up],
      ['west/new', newLink(0)],
    ]),
    handshakes: new Map(),
    now: 0,
    wall: 1_000_020_000,
    earlier,
  });
  const vote = (node: string) => decodeVote(report.clusters.west ?? { up: 0, down: 0, rest: 'Up' }, node);

  it.each([
    ['w1', 'Up', 'it answers, as before'],
    ['w2', 'Pending', 'an earlier Up is not repeated'],
    ['w3', 'Down', 'an earlier Down stands'],
    ['w4', 'Up', 'it answers again'],
    ['new', 'Pending', 'nobody knew it before'],
  ])('says of %s %s: %s', (node, expected) => expect(vote(node)).toBe(expected));

  it('keeps the words of a Down that stands', () => {
    const words = (from: typeof report, name: string) => from.exceptions?.find((each) => each.peer === name);
    expect(words(report, 'west/w3')).toEqual(words(earlier, 'west/w3'));
    expect(words(report, 'west/w2')?.state).toBe('Pending');
  });
});

it('counts the links under a key from mutual TLS, with the end of the first certificate', () => {
  const [first, second, third] = ['west/w1', 'west/w2', 'east/n1'].map(peer) as [TunnelPeer, TunnelPeer, TunnelPeer];
  const { clusters } = planLinkReport({
    network: { driver: 'WireGuard', peers: [{ ...first, boundUntil: 7_200_000 }, { ...second, boundUntil: 3_600_000 }, third] },
    links: new Map([first, second, third].map(({ name }) => [name, up])),
    handshakes: new Map(),
    now: 10_000,
    wall: 1_000_010_000,
  });
  expect(clusters.west).toMatchObject({ up: 2, bound: 2, boundUntil: '1970-01-01T01:00:00.000Z' });
  expect(clusters.east).not.toHaveProperty('bound');
});

it('names the reason of a link to a node that answers and is closed', () => {
  const reasonOf = (isRefused: boolean): string | undefined => {
    const closed: TunnelPeer = { ...peer('west/w1'), isClosed: true, ...(isRefused ? { isRefused: true } : {}) };
    const report = planLinkReport({
      network: { driver: 'WireGuard', peers: [closed] },
      links: new Map([[closed.name, up]]),
      handshakes: new Map(),
      now: 10_000,
      wall: 1_000_010_000,
    });
    expect(report.exceptions?.[0]?.state).toBe('Pending');
    return report.exceptions?.[0]?.reason;
  };
  expect(reasonOf(false)).toContain('has not proved by mutual TLS yet');
  expect(reasonOf(true)).toContain('join cluster west again with "--mutual-tls on"');
});
