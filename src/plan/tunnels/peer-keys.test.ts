import { describe, expect, it } from 'vitest';
import type { PeerFacts, SliceFacts } from '../facts/node-state.ts';
import { type LinkHistory, newLink } from '../links/liveness.ts';
import {
  beginsAnywayMs,
  firstAnswerMs,
  keyLifeMs,
  openMs,
  openTunnel,
  type PeerKey,
  type PeerKeys,
  planPeerKeys,
  tunnelOf,
} from './peer-keys.ts';

const now = 100_000;
const wall = 1_700_000_000_000;
const withoutKeys: PeerFacts = {
  cluster: 'west',
  node: 'a',
  publicKey: 'P',
  identityKey: 'ID',
  endpoints: [],
  blocks: ['10.0.1.0/24'],
  router: '10.0.1.1',
};
const peer: PeerFacts = { ...withoutKeys, bindsKeys: true };
const slice: SliceFacts = {
  name: 'app',
  uid: 'u',
  subnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  namespaces: [],
  peers: [peer],
};
const name = 'app/west/a';
const held = (changes: Partial<PeerKey> = {}): PeerKeys =>
  new Map([
    [
      name,
      {
        presharedKey: 'K',
        tunnel: tunnelOf(slice, 'A', peer),
        since: now - 60_000,
        lifeMs: keyLifeMs,
        graceMs: firstAnswerMs,
        until: wall + 12 * 3_600_000,
        ...changes,
      },
    ],
  ]);
/** The plan of a node with this tunnel key; the peer last answered so many milliseconds ago. */
const planOf = (
  before: PeerKeys,
  {
    own = 'A',
    answeredAgo = 100,
    of = peer,
    openFor,
    isRequired = false,
  }: { own?: string; answeredAgo?: number; of?: PeerFacts; openFor?: number | 'states nothing'; isRequired?: boolean } = {},
) =>
  planPeerKeys({
    before,
    open:
      openFor === undefined
        ? new Map()
        : new Map([[openTunnel('app', own, of.publicKey), openFor === 'states nothing' ? undefined : now - openFor]]),
    slices: [{ ...slice, peers: [of] }],
    keys: new Map([['app', { publicKey: own }]]),
    isRequired,
    linkOf: (): LinkHistory => ({ ...newLink(0), lastAnswer: now - answeredAgo }),
    now,
    wall,
  });

describe('the tunnel to a peer', () => {
  it.each<[string, PeerKeys, Parameters<typeof planOf>[1], string | undefined, boolean]>([
    ['is closed without a key', new Map(), {}, 'Closed', true],
    ['is closed without a key, and waits for the peer when that begins', new Map(), { own: 'Z' }, 'Closed', false],
    ['is open with a key', held(), {}, 'Bound', false],
    ['gets the next key when half of the time is over', held({ since: now - keyLifeMs / 2 }), {}, 'Bound', true],
    [
      'waits for the next key of a peer that begins',
      held({ since: now - keyLifeMs / 2, tunnel: tunnelOf(slice, 'Z', peer) }),
      { own: 'Z' },
      'Bound',
      false,
    ],
    ['closes when the key has ended', held({ since: now - keyLifeMs }), {}, 'Closed', true],
    ['closes when a certificate has ended', held({ until: wall }), {}, 'Closed', true],
    ['closes when the peer has another tunnel key', held(), { of: { ...peer, publicKey: 'Q' } }, 'Closed', true],
    ['closes when the peer has another identity', held(), { of: { ...peer, identityKey: 'OTHER' } }, 'Closed', true],
    ['closes when the peer does not answer under the new key', held({ since: now - 5_000 }), { answeredAgo: 6_000 }, 'Closed', true],
    ['of an earlier run of the agent has longer', held({ since: now - 5_000, graceMs: 30_000 }), { answeredAgo: 6_000 }, 'Bound', false],
    ['waits for no answer before the kernel has the key', held({ opened: 'Pending' }), { answeredAgo: 61_000 }, 'Bound', false],
    ['counts no answer from before the kernel had the key', held({ opened: now - 5_000 }), { answeredAgo: 5_000 }, 'Closed', true],
    ['counts an answer from then on', held({ opened: now - 5_000 }), { answeredAgo: 4_999 }, 'Bound', false],
    ['stays open until then', held({ since: now - 4_999 }), { answeredAgo: 6_000 }, 'Bound', false],
    ['stays open while the peer is silent for seconds', held(), { answeredAgo: 29_999 }, 'Bound', false],
    ['closes when the peer is silent for long', held(), { answeredAgo: 30_000 }, 'Closed', true],
    ['carries everything when the peer states no keys', held(), { of: withoutKeys }, undefined, false],
    ['is closed when the peer states no keys and they are required', new Map(), { of: withoutKeys, isRequired: true }, 'Closed', false],
    [
      'is closed at once when they are required from now on',
      new Map(),
      { of: withoutKeys, isRequired: true, openFor: 'states nothing' },
      'Closed',
      false,
    ],
    [
      'stays open for a peer that begins to use keys where they are required',
      new Map(),
      { openFor: 'states nothing', isRequired: true },
      'Open',
      true,
    ],
    ['stays open when the peer begins to use keys', new Map(), { openFor: 'states nothing' }, 'Open', true],
    ['stays open for two minutes', new Map(), { openFor: openMs - 1 }, 'Open', true],
    ['closes then', new Map(), { openFor: openMs }, 'Closed', true],
    ['waits for the peer that begins', new Map(), { openFor: beginsAnywayMs - 1, own: 'Z' }, 'Open', false],
    ['does not wait for long while it is open', new Map(), { openFor: beginsAnywayMs, own: 'Z' }, 'Open', true],
    ['is not open again under a key that ended', held({ until: wall }), {}, 'Closed', true],
    ['uses a key for which the peer asked before its statement arrived', held({ isAhead: true }), { of: withoutKeys }, 'Bound', false],
    ['carries everything when such a key ends', held({ isAhead: true, until: wall }), { of: withoutKeys }, undefined, false],
    ['gets the next key at once when the peer may have it', held({ isDoubtful: true }), {}, 'Bound', true],
  ])('%s', (_, before, how, use, due) => {
    const plan = planOf(before, how);
    expect(plan.uses.get(name)?.use).toBe(use);
    expect(plan.due).toEqual(due ? [name] : []);
    expect(plan.held.has(name)).toBe(use === 'Bound');
  });

  it('is remembered as open only while it carries everything without a key', () => {
    const tunnel = openTunnel('app', 'A', 'P');
    expect([...planOf(new Map(), { of: withoutKeys }).open]).toEqual([[tunnel, undefined]]);
    expect([...planOf(new Map(), { openFor: 'states nothing' }).open]).toEqual([[tunnel, now]]);
    expect([...planOf(new Map(), { openFor: 5 }).open]).toEqual([[tunnel, now - 5]]);
    for (const plan of [planOf(held(), { openFor: 5 }), planOf(new Map(), { openFor: openMs }), planOf(new Map())])
      expect(plan.open.size).toBe(0);
  });

  it('keeps the key as one of a peer that states keys once the statement has arrived', () => {
    expect(planOf(held({ isAhead: true })).held.get(name)).toEqual(held().get(name));
    expect(planOf(held({ isAhead: true }), { of: withoutKeys }).held.get(name)?.isAhead).toBe(true);
    const before = held();
    expect(planOf(before).held.get(name)).toBe(before.get(name));
  });

  it('is not planned before this node has a tunnel', () => {
    const plan = planPeerKeys({
      before: held(),
      open: new Map(),
      isRequired: false,
      slices: [slice],
      keys: new Map(),
      linkOf: () => undefined,
      now,
      wall,
    });
    expect([plan.uses.size, plan.held.size, plan.due, plan.nextMs]).toEqual([0, 0, [], undefined]);
  });

  it('is looked at again when something changes by itself', () => {
    expect(planOf(held()).nextMs).toBe(29_900);
    expect(planOf(held({ since: now + 10 - keyLifeMs / 2 })).nextMs).toBe(10);
    expect(planOf(held({ until: wall + 5 })).nextMs).toBe(5);
    expect(planOf(new Map()).nextMs).toBeUndefined();
    expect(planOf(new Map(), { openFor: 10 }).nextMs).toBe(openMs - 10);
    expect(planOf(new Map(), { openFor: 10, own: 'Z' }).nextMs).toBe(beginsAnywayMs - 10);
  });
});

it('needs no key in a slice with IPsec, which authenticates by the certificates themselves', () => {
  const slices = [{ ...slice, driver: 'IPsec' as const }];
  const keys = new Map([['app', { publicKey: 'A' }]]);
  const plan = planPeerKeys({ before: held(), open: new Map(), slices, keys, isRequired: true, linkOf: () => undefined, now, wall });
  expect([plan.held.size, plan.uses.size, plan.due, plan.nextMs]).toEqual([0, 0, [], undefined]);
});
