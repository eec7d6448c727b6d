import { describe, expect, it } from 'vitest';
import { conditionOf, setCondition } from '../../src/api/condition.ts';
import { conditionSchema } from '../../src/api/conditions.ts';
import { cluster, slice } from '../../src/plan/fixtures/hub.ts';
import { planGrants } from '../../src/plan/membership/grants.ts';
import { membersOf } from '../../src/plan/membership/members.ts';
import { sliceEvidence } from '../../src/plan/slices/slice-evidence.ts';
import { planSliceStatus } from '../../src/plan/slices/slice-status.ts';

describe('B7: what a condition says', () => {
  it('fits into a condition', () => {
    for (const message of ['x'.repeat(40_000), '€'.repeat(20_000), '😀'.repeat(10_000)]) {
      const set = setCondition([], { type: 'Ready', status: 'False', reason: 'LinkDown', message }, 1, new Date(0));
      const condition = conditionOf(set, 'Ready');
      expect(conditionSchema.safeParse(condition).success).toBe(true);
      expect(Buffer.byteLength(condition?.message ?? '')).toBeLessThanOrEqual(32_768);
      expect(condition?.message).toMatch(/… \(cut\)$/);
      // What was cut is not written again and again.
      expect(setCondition(set, { type: 'Ready', status: 'False', reason: 'LinkDown', message }, 1, new Date(1))).toBe(set);
    }
  });

  it('is told also of a /24 with 170 clusters', () => {
    const clusters = Array.from({ length: 170 }, (_, index) => cluster(`cluster-${String(index).padStart(3, '0')}-of-a-long-name`));
    const small = slice('app', { sliceSubnet: '10.0.0.0/24' });
    const names = clusters.map(({ metadata }) => metadata.name);
    const grants = planGrants(small.spec.sliceSubnet, names, []);
    const acceptance = {
      verdict: { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The slice is valid.' } as const,
      admitted: clusters,
      excluded: new Map(),
    };
    const members = membersOf(small.spec, clusters);
    const findings = {
      slice: small,
      acceptance,
      grants,
      members,
      clusters,
      reports: new Map(),
      policiesServed: true,
      running: new Set<string>(),
    };
    const { conditions = [] } = planSliceStatus(sliceEvidence(findings), 0);
    expect(conditionOf(conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'AddressSpaceTooSmall' });
    for (const condition of conditions) expect(conditionSchema.safeParse(condition).success, condition.type).toBe(true);
  });
});
