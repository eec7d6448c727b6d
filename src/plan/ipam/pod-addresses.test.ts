import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCidr } from '../../values/address/cidr.ts';
import { parseIp } from '../../values/address/ip.ts';
import { isUsable, usableAddresses } from '../../values/address/usable-addresses.ts';
import { addressQuarantineMs, type PodAddresses, planPodAddresses } from './pod-addresses.ts';

const none = { leases: {}, freed: {} };
type Before = Pick<PodAddresses, 'leases' | 'freed'> & Partial<Pick<PodAddresses, 'revision' | 'withdrawals'>>;
const plan = (blocks: string[], pods: string[], before: Before = none, now = 0, withdrawnThrough?: number): PodAddresses =>
  planPodAddresses({ ...before, blocks, pods, now, withdrawnThrough });

describe('planPodAddresses', () => {
  it('keeps the first usable address for the router and gives the next ones by UID', () => {
    expect(plan(['10.0.0.64/26'], ['u2', 'u1'])).toEqual({
      router: '10.0.0.65',
      leases: { u1: '10.0.0.66', u2: '10.0.0.67' },
      freed: {},
      revision: 1,
      withdrawals: {},
      refusals: [],
      wantedAddresses: undefined,
      retryAt: undefined,
    });
  });

  it.each([
    [['10.0.0.0/29'], '10.0.0.1', 5],
    [['10.0.0.0/30'], '10.0.0.0', 3],
    [['10.0.0.2/31'], '10.0.0.2', 1],
    [['10.0.0.2/32'], '10.0.0.2', 0],
    [['10.0.0.2/32', '10.0.0.8/29'], '10.0.0.2', 6],
    [['10.0.0.0/26', '10.0.0.64/26'], '10.0.0.1', 123],
  ])('%j: router %s and %i pods', (blocks, router, capacity) => {
    const pods = Array.from({ length: capacity + 1 }, (_, i) => `u${i}`);
    const full = plan(blocks, pods);
    expect(full.router).toBe(router);
    expect(Object.keys(full.leases)).toHaveLength(capacity);
    expect(full.refusals).toHaveLength(1);
    expect(full.refusals[0]?.code).toBe('AddressExhausted');
  });

  it('does not give a freed address to another pod at once, and says when', () => {
    const full = plan(['10.0.0.0/30'], ['a', 'b', 'c']);
    const later = plan(['10.0.0.0/30'], ['a', 'b', 'd'], full, 1000);
    expect(later.leases).toEqual({ a: '10.0.0.1', b: '10.0.0.2' });
    expect(later.retryAt).toBe(1000 + addressQuarantineMs);
    expect(later.refusals[0]?.message).toBe(
      'No address is free for the pod in 10.0.0.0/30 of this node, where 2 pods have one and the next released one is free again in 15 s; the worker requests another block from the hub, which needs free space in sliceSubnet.',
    );
    const still = plan(['10.0.0.0/30'], ['a', 'b', 'd'], later, 999 + addressQuarantineMs);
    expect(still.refusals).toHaveLength(1);
    const free = plan(['10.0.0.0/30'], ['a', 'b', 'd'], still, 1000 + addressQuarantineMs);
    expect(free).toMatchObject({ leases: { d: '10.0.0.3' }, freed: {}, refusals: [] });
  });

  it('prefers addresses that nobody had, then those given back longest ago', () => {
    let seen = plan(['10.0.0.0/29'], ['a', 'b', 'c']);
    seen = plan(['10.0.0.0/29'], ['a', 'c'], seen, 5);
    seen = plan(['10.0.0.0/29'], ['c'], seen, 10);
    const now = 20 + addressQuarantineMs;
    seen = plan(['10.0.0.0/29'], ['c', 'd', 'e', 'f', 'g'], seen, now);
    expect(seen.leases).toEqual({ c: '10.0.0.4', d: '10.0.0.5', e: '10.0.0.6', f: '10.0.0.3', g: '10.0.0.2' });
  });

  it('survives a clock that is set back', () => {
    const full = plan(['10.0.0.0/31'], ['a'], none, 1e12);
    const left = plan(['10.0.0.0/31'], [], full, 1e12);
    const back = plan(['10.0.0.0/31'], ['b'], left, 1000);
    expect(back.retryAt).toBe(1000 + addressQuarantineMs);
    expect(plan(['10.0.0.0/31'], ['b'], back, 1000 + addressQuarantineMs).leases).toEqual({ b: '10.0.0.1' });
  });

  it('does not honour leases that cannot be', () => {
    const leases = { a: '10.0.0.1', b: '10.0.0.3', c: '10.0.0.3', d: '10.9.9.9', e: 'rubbish', f: '10.0.0.0', g: '10.0.0.7' };
    const seen = plan(['10.0.0.0/29', '10.0.1.0/29'], Object.keys(leases), { leases, freed: { x: 1, '10.0.0.1': 1 } });
    expect(seen.leases['b']).toBe('10.0.0.3');
    expect(new Set(Object.values(seen.leases)).size).toBe(7);
    expect(Object.values(seen.leases)).not.toContain('10.0.0.1');
    for (const ip of Object.values(seen.leases)) expect(isUsable(['10.0.0.0/29', '10.0.1.0/29'].map(parseCidr), parseIp(ip))).toBe(true);
    expect(seen.freed).toEqual({});
  });

  it('waits for a block', () => {
    expect(plan([], ['a'])).toMatchObject({
      router: undefined,
      leases: {},
      refusals: [{ pod: 'a', code: 'Unavailable' }],
      retryAt: undefined,
    });
  });
});

describe('over any history', () => {
  const pod = fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const step = fc.record({ pods: fc.uniqueArray(pod), wait: fc.integer({ min: 0, max: addressQuarantineMs }), grow: fc.boolean() });
  const history = fc.array(step, { minLength: 1, maxLength: 12 });
  const blocks = ['10.0.0.4/31', '10.0.0.8/30', '10.0.1.0/29'];

  it('no address twice, none of the router’s, none moves, none comes back early; planning again and input order change nothing', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let seen = plan([], []);
        let now = 0;
        let count = 1;
        const releasedAt = new Map<string, number>();
        for (const { pods, wait, grow } of steps) {
          now += wait;
          if (grow) count = Math.min(count + 1, blocks.length);
          const given = blocks.slice(0, count);
          const next = plan(given, pods, seen, now);
          const addresses = Object.values(next.leases);
          expect(new Set([next.router, ...addresses]).size).toBe(addresses.length + 1);
          for (const ip of addresses) expect(isUsable(given.map(parseCidr), parseIp(ip))).toBe(true);
          expect([...Object.keys(next.leases), ...next.refusals.map((refusal) => refusal.pod)].toSorted()).toEqual(pods.toSorted());
          for (const [uid, ip] of Object.entries(seen.leases)) {
            if (pods.includes(uid)) expect(next.leases[uid]).toBe(ip);
            else releasedAt.set(ip, now);
          }
          for (const [uid, ip] of Object.entries(next.leases)) {
            if (seen.leases[uid] === ip) continue;
            expect(now - (releasedAt.get(ip) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(addressQuarantineMs);
          }
          if (next.refusals.length > 0) {
            const capacity = [...usableAddresses(given.map(parseCidr))].length - 1;
            expect(addresses.length + Object.keys(next.freed).length).toBe(capacity);
          }
          expect(plan(given, pods, next, now)).toEqual(next);
          const reversed = {
            ...seen,
            leases: Object.fromEntries(Object.entries(seen.leases).toReversed()),
            freed: Object.fromEntries(Object.entries(seen.freed).toReversed()),
          };
          expect(plan(given, pods.toReversed(), reversed, now)).toEqual(next);
          seen = next;
        }
      }),
      { numRuns: 300 },
    );
  });
});
