import { expect, it } from 'vitest';
import type { LinkReport, SliceNode } from '../../api/slicenode/type.ts';
import { encodeVotes, type Vote } from '../links/link-votes.ts';
import { SliceServices } from '../services/slice-services.ts';
import { desiredStatus, readiness, type StatusInput, statusPatch } from './node-status.ts';

const west = (votes: Readonly<Record<string, Vote>>, more: object = {}): LinkReport => ({
  observedAt: '2026-01-02T00:00:00.000Z',
  clusters: { west: { ...encodeVotes(new Map(Object.entries(votes))), ...more } },
});
const input = (rest: Partial<StatusInput> = {}): StatusInput => ({
  network: {
    slice: 'app',
    netns: 'ks-app',
    interface: 'ks1',
    driver: 'WireGuard',
    privateKeyFile: '/k',
    publicKey: 'K',
    listenPort: 51820,
    router: '10.0.0.1',
    subnet: '10.0.0.0/16',
    blocks: ['10.0.0.0/24'],
    mtu: 1420,
    peers: [],
    pods: [
      { uid: 'a', name: 'ns/a', netns: '/a', address: '10.0.0.2', hostInterface: 'p1' },
      { uid: 'b', name: 'ns/b', netns: '/b', address: '10.0.0.3', hostInterface: 'p2' },
    ],
  },
  choice: { driver: 'WireGuard', reason: 'the kernel has it' },
  drivers: [{ driver: 'WireGuard', usable: true, reason: 'the kernel has it' }],
  problem: undefined,
  attached: new Set(['a']),
  podProblems: new Map(),
  podNames: new Map([
    ['a', { namespace: 'ns', name: 'a' }],
    ['b', { namespace: 'ns', name: 'b' }],
  ]),
  addresses: ['192.0.2.1'],
  links: west({ n: 'Up' }, { worstRttMs: 1 }),
  ...rest,
});
const now = new Date('2026-01-02T00:00:00Z');
const published = (from: StatusInput): SliceNode => {
  const bare: SliceNode = {
    apiVersion: '',
    kind: '',
    metadata: { name: 'app.n', generation: 1 },
    spec: { slice: 'app', sliceUID: 'u', node: 'n', sliceSubnet: '', blocks: [], driver: 'Auto' },
  };
  const patch = statusPatch(bare, desiredStatus(from), readiness(from), { heartbeat: false, now });
  return { ...bare, status: patch?.status ?? {} };
};
const patchFor = (from: StatusInput, to: StatusInput, heartbeat = false) =>
  statusPatch(published(from), desiredStatus(to), readiness(to), { heartbeat, now })?.status;

it('offers no tunnel while the slice does not need the node, and takes back what was offered', () => {
  const idle = input({ idle: true });
  expect(readiness(idle)).toMatchObject({ status: 'True', reason: 'NotInUse' });
  expect(patchFor(input(), idle)).toMatchObject({ publicKey: null, port: null, endpoints: null, router: null, links: null });
});

it('publishes only pods that are attached', () => {
  expect(desiredStatus(input()).pods).toEqual({ a: { namespace: 'ns', name: 'a', address: '10.0.0.2' } });
});

/** The same value with the keys of all objects in the other order, as a server may answer. */
const shuffled = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shuffled)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .toReversed()
            .map(([key, each]) => [key, shuffled(each)]),
        )
      : value;

it('writes nothing when nothing differs, whatever the order of keys', () => {
  expect(patchFor(input(), input())).toBeUndefined();
  const seen = shuffled(published(input())) as SliceNode;
  expect(statusPatch(seen, desiredStatus(input()), readiness(input()), { heartbeat: false, now })).toBeUndefined();
});

it('writes one pod for one pod, and null for one that is gone', () => {
  expect(patchFor(input(), input({ attached: new Set(['a', 'b']) }))).toMatchObject({ pods: { b: { address: '10.0.0.3' } } });
  expect(patchFor(input(), input({ attached: new Set() }))).toMatchObject({ pods: { a: null } });
});

it('writes measurements and signs of life only with a heartbeat, and votes at once', () => {
  const later = { ...west({ n: 'Up' }, { worstRttMs: 9 }), observedAt: '2026-01-02T00:00:15.000Z' };
  const moved = input({ links: later });
  expect(patchFor(input(), moved)).toBeUndefined();
  expect(patchFor(input(), moved, true)).toEqual({
    links: { observedAt: later.observedAt, clusters: { west: { up: 1, down: 0, rest: 'Up', worstRttMs: 9 } } },
  });
  const quiet = input({ links: { ...west({ n: 'Up' }, { worstRttMs: 1 }), observedAt: later.observedAt } });
  expect(patchFor(input(), quiet, true)).toEqual({ links: { observedAt: later.observedAt } });
  expect(patchFor(input(), input({ links: west({ n: 'Down' }) }))).toMatchObject({
    links: { clusters: { west: { up: 0, down: 1, rest: 'Down', worstRttMs: null } } },
    conditions: [{ status: 'False', reason: 'LinkDown' }],
  });
  expect(patchFor(input(), input({ links: { ...west({}), clusters: {} } }))).toMatchObject({ links: { clusters: { west: null } } });
});

it('leaves what an earlier run published while it does not know better', () => {
  expect(patchFor(input(), input({ links: undefined }), true)).toBeUndefined();
  expect(patchFor(input({ links: west({ n: 'Down' }) }), input({ links: undefined, attached: new Set(['a', 'b']) }))).toEqual({
    pods: { b: { namespace: 'ns', name: 'b', address: '10.0.0.3' } },
  });
});

it('clears what a slice without a network had', () => {
  const problem = { reason: 'DriverUnavailable', message: 'None.' } as const;
  expect(patchFor(input(), input({ network: undefined, problem, attached: new Set(), links: undefined }))).toMatchObject({
    publicKey: null,
    port: null,
    pods: { a: null },
    links: null,
    conditions: [{ reason: 'DriverUnavailable' }],
  });
});

it.each<[string, Partial<StatusInput>, string, RegExp]>([
  ['all is well', {}, 'Ready', /1 links up, 1 pods attached\.$/],
  ['a pod waits', { podProblems: new Map([['b', 'No address is free.']]) }, 'Ready', /1 not: No address is free\.$/],
  ['nothing is known', { links: west({ x: 'Pending' }) }, 'LinksPending', /No node of west has answered yet/],
  [
    'a cluster is not reached',
    {
      links: {
        ...west({ x: 'Down' }),
        exceptions: [{ peer: 'west/x', driver: 'WireGuard', state: 'Down', reason: 'evidence', since: '2026-01-01T00:00:00Z' }],
      },
    },
    'LinkDown',
    /No node of west is reachable; west\/x: evidence/,
  ],
  ['a link is down', { links: west({ x: 'Down', y: 'Up' }) }, 'Ready', /1 links up, 1 down, 1 pods/],
  ['the kernel refuses', { problem: { reason: 'KernelFeatureMissing', message: 'No nft.' } }, 'KernelFeatureMissing', /No nft/],
])('judges: %s', (_, rest, reason, message) => {
  const verdict = readiness(input(rest));
  expect(verdict?.reason).toBe(reason);
  expect(verdict?.message).toMatch(message);
});

it('publishes that the node leads service addresses to endpoints, and keeps that while a new run knows nothing about services', () => {
  const { network, ...rest } = input();
  const serving = { ...rest, network: network && { ...network, services: SliceServices.none('10.0.240.0/20') } };
  expect(desiredStatus(input()).serviceAddresses).toBe(false);
  expect(patchFor(input(), serving)).toEqual({ serviceAddresses: true });
  expect(patchFor(serving, input({ servedAddresses: true }))).toBeUndefined();
  expect(patchFor(serving, input({ servedAddresses: true, network: undefined }))).toMatchObject({ serviceAddresses: null });
});
