/** The similarity of two texts: the share of letter pairs that they have in common. */
export const likeness = (a: string, b: string): number => {
  const pairs = (word: string): string[] => Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
  const [first, second] = [pairs(a), pairs(b)];
  const common = first.filter((pair) => second.includes(pair)).length;
  return first.length + second.length === 0 ? 0 : (2 * common) / (first.length + second.length);
};

/** The most similar text of a list, if any is similar at all. */
export const mostAlike = (word: string, words: readonly string[]): string | undefined => {
  const ranked = words.map((each) => ({ each, by: likeness(word, each) })).toSorted((a, b) => b.by - a.by);
  return ranked[0] !== undefined && ranked[0].by >= 0.4 ? ranked[0].each : undefined;
};
