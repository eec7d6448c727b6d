import { budgets } from '../../api/budgets.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';

/** The most that a notice counts. */
export const heaviest = 1 + Math.floor(budgets.statementBytes / budgets.rateBytes);

const lengthOf = (text: unknown): number => (typeof text === 'string' ? text.length : 0);

/**
 * How much a notice counts towards the rate limit of its author: 1, and 1 more for each `budgets.rateBytes` of its statement and of the farewells beside it. The
 * notice may be hostile, and bound to no schema.
 */
export const rateWeight = (notice: Partial<Pick<NoticeSpec, 'statement' | 'farewells'>> | undefined): number => {
  const farewells: unknown = notice?.farewells;
  const beside = Array.isArray(farewells) ? farewells.reduce<number>((sum, one) => sum + lengthOf(one?.statement), 0) : 0;
  return Math.min(heaviest, 1 + Math.floor((lengthOf(notice?.statement) + beside) / budgets.rateBytes));
};
