import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { budgets } from '../../src/api/budgets.ts';
import { conditionOf } from '../../src/api/condition.ts';
import { clusterKind, noticeKind } from '../../src/api/kinds.ts';
import { weightLabel } from '../../src/api/labels.ts';
import { heaviest } from '../../src/exchange/notice/rate-weight.ts';
import { roleBindingKind, roleKind } from '../../src/kubernetes/kinds.ts';
import { membersBinding, readersBinding } from '../../src/plan/membership/exchange.ts';
import { beginExample, eastOffers, endExample, endpoints, fleet, wait, west } from '../clusters/example.ts';

/*
 * A member that wrote its notices without a pause cost the hub's disk and every other member's processor for as long as it liked: seats at the API
 * server bound what runs at once, not how often.
 */

beforeEach(beginExample);
afterEach(endExample);

it('a member that floods may read and not write for a time, by name, and the others go on', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
  const mine = fleet.hub.objects(noticeKind).find(({ spec }) => spec.cluster === 'east' && spec.kind === 'Export');
  if (mine === undefined) throw new Error('east has published its export');
  const board = mine.metadata.namespace ?? '';
  const subjects = (name: string) =>
    fleet.hub.read(roleBindingKind, { namespace: board, name })?.subjects?.map(({ name: account }) => account) ?? [];
  const within = () =>
    conditionOf(fleet.hub.read(clusterKind, { namespace: 'default', name: 'east' })?.status?.conditions, 'WithinBudgets');
  expect(subjects(membersBinding)).toEqual(['kubeslice-worker-east', 'kubeslice-worker-west']);
  expect(within()).toBeUndefined();

  // All of it in no time, however busy the machine is.
  const release = fleet.clock.hold();
  for (let count = 0; count <= budgets.reads.burst / heaviest + 100; count += 1) {
    fleet.hub.put(noticeKind, {
      ...mine,
      metadata: { ...mine.metadata, labels: { ...mine.metadata.labels, count: String(count), [weightLabel]: String(heaviest) } },
    });
    if (count % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await fleet.soon(() => expect(subjects(membersBinding)).toEqual(['kubeslice-worker-west']));
  release();
  await vi.waitFor(() => expect(subjects(readersBinding)).toEqual(['kubeslice-worker-east']), wait);
  expect(fleet.hub.read(roleKind, { namespace: board, name: readersBinding })?.rules?.[0]?.verbs).toEqual(['get', 'list', 'watch']);
  await vi.waitFor(() => expect(within()).toMatchObject({ status: 'False', reason: 'BudgetReached' }), wait);
  expect(within()?.message).toMatch(/slice app .*may not publish there until \d{4}-/);
  expect(endpoints(west)).toHaveLength(1);

  fleet.clock.leap(301_000);
  await vi.waitFor(() => expect(subjects(membersBinding)).toHaveLength(2), wait);
  await vi.waitFor(() => expect(subjects(readersBinding)).toEqual([]), wait);
  await vi.waitFor(() => expect(within()).toMatchObject({ status: 'True' }), wait);
});
