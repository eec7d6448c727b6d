import { expect, it } from 'vitest';
import { withholdingVerdicts } from './withholding.ts';

const since = Date.UTC(2026, 10, 29, 12);

it('names the clusters and since when, and is not there before', () => {
  expect(withholdingVerdicts([], [])).toEqual([]);
  const [verdict] = withholdingVerdicts([], [{ cluster: 'east', since }]);
  expect(verdict).toMatchObject({ type: 'HubWithholds', status: 'True', reason: 'StatementsWithheld' });
  expect(verdict?.message).toContain('east (since 2026-11-29T12:00:00.000Z)');
  const before = [{ type: 'HubWithholds', status: 'True' as const, reason: 'StatementsWithheld', message: '', lastTransitionTime: '' }];
  expect(withholdingVerdicts(before, [])).toMatchObject([{ status: 'False' }]);
});

it('is bounded', () => {
  const many = Array.from({ length: 300 }, (_, index) => ({ cluster: `cluster-${index}`, since }));
  const [verdict] = withholdingVerdicts([], many);
  expect(verdict?.message).toContain('and 290 more');
  expect(verdict?.message.length).toBeLessThan(1_000);
});
