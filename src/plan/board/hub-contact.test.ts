import { expect, it } from 'vitest';
import type { Verdict } from '../../api/condition.ts';
import { planHubContact } from './hub-contact.ts';

const now = Date.UTC(2026, 10, 29, 12);
const connectionOf = (reason: Verdict['reason']) => ({
  status: reason === 'Ready' ? ('True' as const) : ('False' as const),
  reason,
  message: 'As the worker reports it.',
});

it.each<[string, lostMs: number | undefined, Verdict['reason'] | undefined, Verdict['reason'] | undefined]>([
  ['answers', undefined, undefined, 'Ready'],
  ['answers, and the worker has not noticed that yet', undefined, 'HubAway', 'Ready'],
  ['was lost just now', 4_999, 'HubAway', undefined],
  ['is away', 5_000, 'HubAway', 'HubAway'],
  ['is away, before the first request', 5_000, undefined, 'HubAway'],
  ['is lost, and the last request was answered', 7_999, 'Ready', undefined],
  ['is lost, and no cause is known in time', 8_000, 'Ready', 'HubAway'],
  ['has another certificate', 5_000, 'HubCertificateRefused', 'HubCertificateRefused'],
  ['removed this cluster', 5_000, 'ClusterRemoved', 'ClusterRemoved'],
  ['removed this cluster just now', 100, 'ClusterRemoved', 'ClusterRemoved'],
  ['removed this cluster, whose watches last', undefined, 'ClusterRemoved', 'ClusterRemoved'],
])('a hub that %s', (_, lostMs, connection, reason) => {
  const seen = connection === undefined ? undefined : connectionOf(connection);
  const verdict = planHubContact(lostMs === undefined ? undefined : now - lostMs, seen, now);
  expect(verdict?.reason).toBe(reason);
  if (verdict !== undefined) expect(verdict.status).toBe(reason === 'Ready' ? 'True' : 'False');
  if (reason === 'ClusterRemoved' || reason === 'HubCertificateRefused') expect(verdict?.message).toBe('As the worker reports it.');
});

it('says since when the hub is away', () => {
  expect(planHubContact(now - 5_000, undefined, now)?.message).toContain('since 2026-11-29T11:59:55.000Z');
});
