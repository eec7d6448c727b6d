import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../api/condition.ts';
import { planClusterStatus, workerLeaseMs } from './cluster-status.ts';
import { cluster } from './hub.fixtures.ts';

const now = Date.parse('2026-01-01T00:10:00Z');

describe('status of a cluster', () => {
  it.each([
    ['was only created', cluster('east', {}, false), undefined, 'Pending', 'WaitingForCluster', 'Warning'],
    ['joined, worker not seen yet', cluster('east'), undefined, 'InProgress', 'WaitingForCluster', 'Warning'],
    ['worker is connected', cluster('east'), now - 5_000, 'Registered', 'Registered', 'Normal'],
    ['worker is silent', cluster('east'), now - workerLeaseMs - 1, 'Registered', 'ConnectionLost', 'Warning'],
  ] as const)('%s', (_, seen, seenAt, registration, reason, health) => {
    const status = planClusterStatus(seen, { seenAt }, 'ab:cd', now);
    expect(status.registrationStatus).toBe(registration);
    expect(conditionOf(status.conditions, 'Ready')?.reason).toBe(reason);
    expect(status.clusterHealth?.clusterHealthStatus).toBe(health);
  });

  it('does not move the time of an unchanged health', () => {
    const first = planClusterStatus(cluster('east'), { seenAt: now }, 'ab:cd', now);
    const again = planClusterStatus(cluster('east', first), { seenAt: now + 10_000 }, 'ab:cd', now + 10_000);
    expect(again).toEqual(first);
  });
});
