/** Number of a class of pods or of a cluster, in access policies. */
export type ClassNumber = number;

/** A calling source that is nobody in particular: what holds for it holds for sources without a verdict of their own. */
export const anySource: ClassNumber = 0;
/** The class of addresses in no block. */
export const elsewhere: ClassNumber = 1;
