import type { Condition } from '../../api/condition.ts';

/** A number with the labels that it is about. */
export interface Measured<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly value: number;
}

/** 1 for a condition that is True, 0 for one that is not or that nobody has set. */
export const isTrue = (condition: Condition | undefined): number => Number(condition?.status === 'True');
