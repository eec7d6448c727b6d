import type { Condition } from '../../api/condition.ts';

/** A number with its labels. */
export interface Measured<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly value: number;
}

/** 1 for a condition that is True, otherwise 0, also for a missing one. */
export const isTrue = (condition: Condition | undefined): number => Number(condition?.status === 'True');
