import type { StatementRefusal, StatementRefusalCode } from '../../values/statement-refusal.ts';

/** A statement that leaves what was delegated. */
export interface DelegationRefusal extends StatementRefusal {
  /**
   * Keys of what would have to change for this one to become acceptable: `refKey` of a statement, `Membership/<cluster>`, `Grant`, or
   * `Authority/<cluster>` for the end of an authority in any slice. Statements
   * overtake one another, so this is often a matter of milliseconds. None: only another statement of the author helps.
   */
  readonly waitsFor: readonly string[];
}

/** Shorthand for the checks. */
export const refusal = (code: StatementRefusalCode, waitsFor: readonly string[], message: string): DelegationRefusal => ({
  code,
  waitsFor,
  message,
});
