import type { StatementRefusal, StatementRefusalCode } from '../../values/statement-refusal.ts';

/** A statement outside of what was delegated to its author. */
export interface DelegationRefusal extends StatementRefusal {
  /**
   * Keys of what must change before this statement can become acceptable: `refKey` of a statement, `Membership/<cluster>`, `Grant`, or
   * `Authority/<cluster>` for the end of an authority in any slice. Statements arrive out of order, so the wait is often a matter of milliseconds.
   * Empty when only another statement of the author helps.
   */
  readonly waitsFor: readonly string[];
}

/** Makes a refusal. */
export const refusal = (code: StatementRefusalCode, waitsFor: readonly string[], message: string): DelegationRefusal => ({
  code,
  waitsFor,
  message,
});
