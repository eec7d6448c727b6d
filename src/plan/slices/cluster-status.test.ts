import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../api/condition.ts';
import { cluster } from '../fixtures/hub.ts';
import { planClusterStatus, signDueMs, type WorkerSign, workerLeaseMs } from './cluster-status.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const sign = (more: Partial<WorkerSign> = {}): WorkerSign => ({
  everConnected: true,
  seenToChange: true,
  silentMs: 5_000,
  aheadMs: undefined,
  ...more,
});
const was = (reason: 'Registered' | 'ConnectionLost') =>
  planClusterStatus(cluster('east'), sign(reason === 'Registered' ? {} : { silentMs: workerLeaseMs + 1 }), 'ab:cd', now);
const unseen = { seenToChange: false, silentMs: 1_000 };

describe('status of a cluster', () => {
  it.each([
    ['was only created', cluster('east', {}, false), { everConnected: false }, 'Pending', 'WaitingForCluster', 'Warning'],
    ['joined, worker not seen yet', cluster('east'), { everConnected: false }, 'InProgress', 'WaitingForCluster', 'Warning'],
    ['worker is connected', cluster('east'), {}, 'Registered', 'Registered', 'Normal'],
    ['worker is silent', cluster('east'), { silentMs: workerLeaseMs + 1 }, 'Registered', 'ConnectionLost', 'Warning'],
    ['controller just started, was connected', cluster('east', was('Registered')), unseen, 'Registered', 'Registered', 'Normal'],
    ['controller just started, was lost', cluster('east', was('ConnectionLost')), unseen, 'Registered', 'ConnectionLost', 'Warning'],
    ['controller just started, was nothing', cluster('east'), unseen, 'Registered', 'WaitingForCluster', 'Warning'],
    [
      'controller started a lease ago',
      cluster('east', was('Registered')),
      { seenToChange: false, silentMs: workerLeaseMs + 1 },
      'Registered',
      'ConnectionLost',
      'Warning',
    ],
  ] as const)('%s', (_, seen, more, registration, reason, health) => {
    const status = planClusterStatus(seen, sign(more), 'ab:cd', now);
    expect(status.registrationStatus).toBe(registration);
    expect(conditionOf(status.conditions, 'Ready')?.reason).toBe(reason);
    expect(status.clusterHealth?.clusterHealthStatus).toBe(health);
  });

  it('does not move the time of an unchanged health', () => {
    const first = planClusterStatus(cluster('east'), sign(), 'ab:cd', now);
    const again = planClusterStatus(cluster('east', first), sign({ silentMs: 10 }), 'ab:cd', now + 10_000);
    expect(again).toEqual(first);
  });

  it.each([
    [59_000, undefined],
    [-61_000, 'more than a minute behind that of the hub'],
    [3_700_000, 'more than an hour ahead of that of the hub'],
    [-86_500_000, 'more than a day behind that of the hub'],
  ])('of which the clock is %d ms ahead says so, and is as ready as any', (aheadMs, text) => {
    const { conditions } = planClusterStatus(cluster('east'), sign({ aheadMs }), 'ab:cd', now);
    expect(conditionOf(conditions, 'Ready')?.status).toBe('True');
    const skew = conditionOf(conditions, 'ClockSkew');
    if (text === undefined) expect(skew).toBeUndefined();
    else expect(skew).toMatchObject({ status: 'True', message: expect.stringContaining(text) });
  });

  it('says when the clock is right again', () => {
    const wrong = planClusterStatus(cluster('east'), sign({ aheadMs: 90_000 }), 'ab:cd', now);
    const right = planClusterStatus(cluster('east', wrong), sign({ aheadMs: 10 }), 'ab:cd', now);
    expect(conditionOf(right.conditions, 'ClockSkew')).toMatchObject({ status: 'False', reason: 'ClockAgrees' });
  });

  it('is looked at again when the lease runs out, and then only when it changes', () => {
    expect(signDueMs(sign())).toBe(workerLeaseMs - 5_000 + 500);
    expect(signDueMs(sign({ silentMs: workerLeaseMs + 1 }))).toBeUndefined();
    expect(signDueMs(sign({ everConnected: false }))).toBeUndefined();
  });
});
