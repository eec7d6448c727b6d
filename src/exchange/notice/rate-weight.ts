import { budgets } from '../../api/budgets.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';

/** The most that a notice counts. */
export const heaviest = 1 + Math.floor(budgets.statementBytes / budgets.rateBytes);

const lengthOf = (text: unknown): number => (typeof text === 'string' ? text.length : 0);

/**
 * How much a notice counts towards the rate limit of its author: 1, and 1 more for each `budgets.rateBytes` of its statement and of the farewells and rotations beside it. The
 * notice may be hostile, and bound to no schema.
 */
export const rateWeight = (notice: Partial<Pick<NoticeSpec, 'statement' | 'farewells' | 'rotations'>> | undefined): number => {
  const [farewells, rotations]: readonly unknown[] = [notice?.farewells, notice?.rotations];
  const beside =
    (Array.isArray(farewells) ? farewells.reduce<number>((sum, one) => sum + lengthOf(one?.statement), 0) : 0) +
    (Array.isArray(rotations) ? rotations.reduce<number>((sum, one) => sum + lengthOf(one?.newWithOld) + lengthOf(one?.oldWithNew), 0) : 0);
  return Math.min(heaviest, 1 + Math.floor((lengthOf(notice?.statement) + beside) / budgets.rateBytes));
};
