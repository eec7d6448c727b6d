import { budgets } from '../api/budgets.ts';
import type { NoticeSpec } from '../api/notice/type.ts';

/** How much a notice counts towards the rate limit of its author. The notice may be hostile, and bound to no schema. */
export const rateWeight = (notice: Partial<Pick<NoticeSpec, 'statement'>> | undefined): number => {
  const text: unknown = notice?.statement;
  return 1 + Math.floor((typeof text === 'string' ? Math.min(text.length, budgets.statementBytes) : 0) / budgets.rateBytes);
};
