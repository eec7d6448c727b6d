import { expect, it } from 'vitest';
import { recalled } from '../../src/plan/facts/known-decisions.ts';
import { addressQuarantineMs, type PodAddresses, planPodAddresses } from '../../src/plan/ipam/pod-addresses.ts';

/*
 * B12: an address was given to another pod 15 s after it was given back, also when nobody could be told: with the hub away the other clusters sent
 * the traffic of the old pod to the new one.
 */

const blocks = ['10.0.0.0/30'];
const plan = (pods: string[], before: Partial<PodAddresses>, now: number, withdrawnThrough: number | undefined): PodAddresses =>
  planPodAddresses({ leases: {}, freed: {}, ...before, blocks, pods, now, withdrawnThrough });

const full = plan(['a', 'b', 'c'], {}, 0, 0);
const left = plan(['a', 'b'], full, 1_000, 0);
const later = 1_000 + addressQuarantineMs;

it('an address rests until its withdrawal was published, however long that takes', () => {
  expect(left.revision).toBe(full.revision + 1);
  expect(left.withdrawals).toEqual({ '10.0.0.3': left.revision });
  const waiting = plan(['a', 'b', 'd'], left, later * 100, left.revision - 1);
  expect(waiting.leases).toEqual({ a: '10.0.0.1', b: '10.0.0.2' });
  expect(waiting).toMatchObject({ retryAt: undefined, wantedAddresses: 4 });
  expect(waiting.refusals[0]?.message).toContain('1 are reserved until their withdrawal is published');
  expect(plan(['a', 'b', 'd'], waiting, later * 100, left.revision).leases.d).toBe('10.0.0.3');
});

it('and 15 s at the least, though it is published at once', () => {
  const waiting = plan(['a', 'b', 'd'], left, later - 1, left.revision);
  expect(waiting.leases.d).toBeUndefined();
  expect(waiting.retryAt).toBe(later);
  expect(plan(['a', 'b', 'd'], waiting, later, left.revision).leases.d).toBe('10.0.0.3');
});

it('a worker that does not say what it published leaves the 15 s', () => {
  expect(plan(['a', 'b', 'd'], left, later, undefined).leases.d).toBe('10.0.0.3');
});

it('another block is used before any address is given early', () => {
  const more = planPodAddresses({ ...left, blocks: [...blocks, '10.0.0.8/30'], pods: ['a', 'b', 'd'], now: 2_000, withdrawnThrough: 0 });
  expect(more.leases.d).toBe('10.0.0.8');
  expect(more.wantedAddresses).toBeUndefined();
});

it('a revision is never used twice, though the snapshot is lost or old', () => {
  const published = { app: { uid: 'u', port: 51_820, leases: { x: '10.0.0.3' }, freed: {}, revision: 7 } };
  const own = { app: { uid: 'u', port: 51_820, leases: { a: '10.0.0.1' }, freed: {}, revision: 4 } };
  expect(recalled(published, {}, 0).app).toEqual(published.app);
  expect(recalled(published, own, 99).app).toEqual({ ...own.app, revision: 8, freed: { '10.0.0.3': 99 }, withdrawals: { '10.0.0.3': 8 } });
  const known = { app: { ...own.app, freed: { '10.0.0.3': 1 }, revision: 9 } };
  expect(recalled(published, known, 99)).toEqual(known);
  expect(recalled(published, { app: { ...own.app, uid: 'made again' } }, 99).app?.freed).toEqual({});
});
