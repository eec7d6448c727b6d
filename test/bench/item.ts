import type { Bed } from './bed.ts';
import type { Findings } from './figure.ts';

/** One thing that is measured; each can be measured alone. */
export interface Item {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  measure(bed: Bed): Promise<Findings>;
}
