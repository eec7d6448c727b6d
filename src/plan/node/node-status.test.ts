import { expect, it } from 'vitest';
import type { LinkState, SliceNode } from '../../api/slicenode/type.ts';
import { desiredStatus, readiness, type StatusInput, statusPatch } from './node-status.ts';

const link = (state: LinkState['state'], rest: Partial<LinkState> = {}): LinkState => ({
  driver: 'WireGuard',
  state,
  reason: 'evidence',
  since: '2026-01-01T00:00:00.000Z',
  ...rest,
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
    servicePorts: [],
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
  links: { 'west/n': link('Up', { rttMs: 1 }) },
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
  const patch = statusPatch(bare, desiredStatus(from), readiness(from), { measurements: true, now });
  return { ...bare, status: patch?.status ?? {} };
};
const patchFor = (from: StatusInput, to: StatusInput, measurements = false) =>
  statusPatch(published(from), desiredStatus(to), readiness(to), { measurements, now })?.status;

it('publishes only pods that are attached', () => {
  expect(desiredStatus(input()).pods).toEqual({ a: { namespace: 'ns', name: 'a', address: '10.0.0.2' } });
});

it('writes nothing when nothing differs, whatever the order of keys', () => {
  expect(patchFor(input(), input())).toBeUndefined();
  const shuffled = published(input());
  const status = JSON.parse(
    JSON.stringify(
      shuffled.status,
      Object.keys(shuffled.status ?? {})
        .toReversed()
        .concat([
          'west/n',
          'state',
          'driver',
          'reason',
          'since',
          'rttMs',
          'a',
          'name',
          'namespace',
          'address',
          'port',
          'type',
          'status',
          'message',
          'observedGeneration',
          'lastTransitionTime',
        ]),
    ),
  );
  expect(statusPatch({ ...shuffled, status }, desiredStatus(input()), readiness(input()), { measurements: true, now })).toBeUndefined();
});

it('writes one pod for one pod, and null for one that is gone', () => {
  expect(patchFor(input(), input({ attached: new Set(['a', 'b']) }))).toMatchObject({ pods: { b: { address: '10.0.0.3' } } });
  expect(patchFor(input(), input({ attached: new Set() }))).toMatchObject({ pods: { a: null } });
});

it('writes measurements only when asked, and states at once', () => {
  const moved = input({ links: { 'west/n': link('Up', { rttMs: 9 }) } });
  expect(patchFor(input(), moved)).toBeUndefined();
  expect(patchFor(input(), moved, true)).toEqual({ links: { 'west/n': link('Up', { rttMs: 9 }) } });
  expect(patchFor(input(), input({ links: { 'west/n': link('Down') } }))).toMatchObject({
    links: { 'west/n': { state: 'Down' } },
    conditions: [{ status: 'False', reason: 'LinkDown' }],
  });
  expect(patchFor(input(), input({ links: {} }))).toMatchObject({ links: { 'west/n': null } });
});

it('clears what a slice without a network had', () => {
  const problem = { reason: 'DriverUnavailable', message: 'None.' } as const;
  expect(patchFor(input(), input({ network: undefined, problem, attached: new Set(), links: {} }))).toMatchObject({
    publicKey: null,
    port: null,
    pods: { a: null },
    conditions: [{ reason: 'DriverUnavailable' }],
  });
});

it.each<[string, Partial<StatusInput>, string, RegExp]>([
  ['all is well', {}, 'Ready', /1 links up, 1 pods attached\.$/],
  ['a pod waits', { podProblems: new Map([['b', 'No address is free.']]) }, 'Ready', /1 not: No address is free\.$/],
  ['a link is new', { links: { x: link('Pending'), y: link('Up') } }, 'LinksPending', /Waiting for x: evidence/],
  ['a link is down', { links: { x: link('Pending'), y: link('Down') } }, 'LinkDown', /No packets from y: evidence/],
  ['a link is doubtful', { links: { x: link('Suspect') } }, 'Ready', /1 links up/],
  ['the kernel refuses', { problem: { reason: 'KernelFeatureMissing', message: 'No nft.' } }, 'KernelFeatureMissing', /No nft/],
])('judges: %s', (_, rest, reason, message) => {
  const verdict = readiness(input(rest));
  expect(verdict.reason).toBe(reason);
  expect(verdict.message).toMatch(message);
});
