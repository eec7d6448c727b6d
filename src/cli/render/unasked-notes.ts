/** A line for everybody who was not asked: what they know is missing from the result. */
export const unaskedNotes = (unasked: readonly { readonly who: string; readonly why: string }[]): string[] =>
  unasked.map(({ who, why }) => `note: ${who} was not asked: ${why}`);
