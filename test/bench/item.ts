import type { Bed } from './bed.ts';
import type { Findings } from './figure.ts';

/** One thing that is measured on a playground; each can be measured alone. */
export interface Item {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  measure(bed: Bed): Promise<Findings>;
}

/** What is measured without a playground gets. */
export type Around = Pick<Bed, 'project' | 'cache' | 'quick' | 'signal' | 'report'>;

/** One thing that is measured without a playground. */
export interface LoneItem extends Pick<Item, 'name' | 'title'> {
  readonly needsNoPlayground: true;
  /** How long it may take at the most. */
  readonly limitMinutes?: number;
  measure(around: Around): Promise<Findings>;
}
