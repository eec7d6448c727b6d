import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../api/condition.ts';
import { exported, pod, service } from '../fixtures/worker.ts';
import { type ExportSnapshot, planExport } from './exports.ts';

const snapshot = (room: ExportSnapshot['room'], pods = 1): ExportSnapshot => ({
  exported: exported(),
  namespaces: ['app-ns', 'other'],
  service: service(),
  pods: Array.from({ length: pods }, (_, index) => pod(`p${index}`)),
  cluster: 'east',
  attachment: ({ metadata }) => ({ address: `10.0.${metadata.name.length}.9`, node: 'n1' }),
  ...(room === undefined ? {} : { room }),
});
const room = (used: number, own = 0, withdrawn = 0) => ({ used, most: 10, own, withdrawn });

describe('an export of a namespace that has used up its part of the budget', () => {
  it('is not offered when it is new, and its owner is told why', () => {
    const { body, shards, status } = planExport(snapshot(room(10, 0, 4)), 0);
    expect([body, shards]).toEqual([undefined, []]);
    expect(status.exportStatus).toBe('ERROR');
    expect(conditionOf(status.conditions, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'BudgetReached',
      message:
        'Namespace app-ns has 10 of the 10 statements about exports that it may have in slice app (4 of them for exports that were deleted in the last 7 days), so this export is not offered; delete unneeded exports, or move some to another namespace of the slice.',
    });
  });

  it('stays offered when it was before', () => {
    const { body, status } = planExport(snapshot(room(12, 1)), 0);
    expect(body?.endpoints).toHaveLength(1);
    expect(conditionOf(status.conditions, 'Ready')?.status).toBe('True');
  });

  it('publishes as many endpoints as there is room for, and counts the others', () => {
    const { body, shards } = planExport(snapshot(room(8), 350), 0);
    expect([body?.endpoints.length, shards.map(({ shard }) => shard), body?.omitted]).toEqual([100, [1], 150]);
  });
});

describe('an export of a namespace that comes near', () => {
  const near = (seen: ExportSnapshot) => conditionOf(planExport(seen, 0).status.conditions, 'NearBudget');

  it('says so when it is new, keeps saying so, and takes it back', () => {
    expect(near(snapshot(room(7)))).toBeUndefined();
    const first = planExport(snapshot(room(8)), 0).status;
    expect(conditionOf(first.conditions, 'NearBudget')).toMatchObject({ status: 'True', reason: 'BudgetNear' });
    const later = { ...snapshot(room(9, 1)), exported: { ...exported(), status: first } };
    expect(near(later)).toMatchObject({ status: 'True' });
    expect(near({ ...later, room: room(3, 1) })).toMatchObject({ status: 'False', reason: 'Exported' });
  });

  it('says nothing when it was there before: one more must not write all of them', () => {
    expect(near(snapshot(room(9, 1)))).toBeUndefined();
  });
});
