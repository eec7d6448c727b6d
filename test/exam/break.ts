import type { ExamWorld } from './exam-world.ts';

/** A command that should name the cause, and words that its answer must have. */
export interface Question {
  readonly command: readonly string[];
  readonly says: RegExp;
}

/** Something that is broken on purpose, and what the product must say and do about it. */
export interface Break {
  readonly name: string;
  /** Breaks it. */
  readonly make: (world: ExamWorld) => Promise<void>;
  /** For what the product mends by itself within seconds: whether it is broken still. */
  readonly isBroken?: (world: ExamWorld) => Promise<boolean>;
  /** Words that `kubeslice status` or `problems` must have, in any of the contexts. */
  readonly status?: RegExp;
  readonly cause?: Question;
  /** `printed`: the remedy that the answer prints is executed. `outside`: no command mends it, so the exam does what the advice says. */
  readonly remedy?: 'printed' | 'outside';
  /** Puts everything back, whether or not a remedy did; also after `make` failed half-way. */
  readonly undo: (world: ExamWorld) => Promise<void>;
  /** What must be true again beside the call that works and a doctor that finds nothing. */
  readonly healthy?: (world: ExamWorld) => Promise<boolean>;
}
