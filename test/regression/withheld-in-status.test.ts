import { expect, it } from 'vitest';
import { type Condition, type Verdict } from '../../src/api/condition.ts';
import { withholdingVerdicts } from '../../src/plan/board/withholding.ts';
import { reservedVerdicts } from '../../src/plan/ipam/reserved-blocks.ts';
import { furtherTrouble } from '../../src/plan/status/further-conditions.ts';
import { transitions } from '../../src/plan/status/transitions.ts';

/*
 * Whether True or False is the bad status of a condition stood in a list beside the conditions. Three new types were missing there: `status` and the
 * Events kept silent about a hub that withholds, blocks that stay reserved and a budget that is nearly used up, and warned when that was over.
 */

const conditionOf = ({ type, status, reason, message }: Verdict): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-29T00:00:00Z',
});
const told: readonly (readonly [string, readonly Verdict[]])[] = [
  ['HubWithholds', withholdingVerdicts(undefined, [{ cluster: 'east', since: 0 }])],
  ['BlocksReserved', reservedVerdicts(undefined, [{ cluster: 'east', blocks: ['10.0.0.0/24'] }])],
];

it.each(told)('%s is shown while it is True, and not when it is over', (type, verdicts) => {
  const now = verdicts.map(conditionOf);
  expect(furtherTrouble(now).map((each) => each.type)).toEqual([type]);
  expect(transitions(undefined, now)).toMatchObject([{ type: 'Warning' }]);
  const over = now.map((each) => ({ ...each, status: 'False' as const, reason: 'Accepted', message: 'over' }));
  expect(furtherTrouble(over)).toEqual([]);
  expect(transitions(now, over)).toMatchObject([{ type: 'Normal' }]);
});

it('NearBudget is among them', () => {
  const near = conditionOf({ type: 'NearBudget', status: 'True', reason: 'BudgetNear', message: 'm' });
  expect(furtherTrouble([near])).toEqual([near]);
});
