import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { clusterKind } from '../../src/api/kinds.ts';
import { clusterLabel } from '../../src/api/labels.ts';
import { joinAccount, workerAccount } from '../../src/api/places.ts';
import { leaseKind, serviceAccountKind } from '../../src/kubernetes/kinds.ts';
import { type Fleet, startFleet } from '../clusters/fleet.ts';

const wait = { timeout: 120_000 };
const day = 86_400_000;
let fleet: Fleet;
let beats = 0;

beforeEach(async () => {
  fleet = await startFleet();
  // Joined, with the account that its join token speaks for, and without a worker: the test renews its lease.
  fleet.hub.put(serviceAccountKind, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: joinAccount('east'), namespace: 'default' },
  });
  const member = await fleet.join('east');
  await member.stop();
});
afterEach(() => fleet.stop());

/** Renews the lease of the worker at a time by a clock that is ahead. */
const beat = (aheadMs: number): void => {
  beats += 1;
  const renewTime = new Date(fleet.clock.now() + aheadMs + beats).toISOString().replace('Z', '000Z');
  fleet.hub.put(leaseKind, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: workerAccount('east'), namespace: 'default', labels: { [clusterLabel]: 'east' } },
    spec: { holderIdentity: 'east', leaseDurationSeconds: 40, renewTime },
  });
};
const status = () => fleet.hub.read(clusterKind, { namespace: 'default', name: 'east' })?.status;
const ready = () => conditionOf(status()?.conditions, 'Ready')?.reason;
const joinable = () => fleet.hub.read(serviceAccountKind, { namespace: 'default', name: joinAccount('east') }) !== undefined;

describe('B11, F14: a member whose clock is', () => {
  it.each([
    ['right', 0],
    ['an hour behind', -3_600_000],
    ['a day behind', -day],
    ['a day ahead', day],
  ])('%s is connected while it renews its lease, and lost when it does not', async (_, aheadMs) => {
    await vi.waitFor(() => {
      beat(aheadMs);
      expect(ready()).toBe('Registered');
    }, wait);
    await vi.waitFor(() => expect(joinable()).toBe(false), wait);
    beat(aheadMs);
    beat(aheadMs);
    if (aheadMs !== 0) await vi.waitFor(() => expect(conditionOf(status()?.conditions, 'ClockSkew')?.status).toBe('True'), wait);
    expect(conditionOf(status()?.conditions, 'ClockSkew')?.status).toBe(aheadMs === 0 ? undefined : 'True');
    // Again and again: a renewal that is still on its way counts when it arrives.
    await fleet.soon(() => expect(ready()).toBe('ConnectionLost'), { stepMs: 41_000 });
  });

  it('whatever it is does not keep its join account by saying itself that it is connected', async () => {
    const cluster = fleet.hub.read(clusterKind, { namespace: 'default', name: 'east' });
    if (cluster === undefined) throw new Error('there is no cluster');
    fleet.hub.put(clusterKind, { ...cluster, status: { ...cluster.status, clusterHealth: { clusterHealthStatus: 'Normal' } } });
    await vi.waitFor(() => {
      beat(0);
      expect(joinable()).toBe(false);
    }, wait);
  });
});
