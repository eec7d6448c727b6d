/** The number of characters to insert, remove, replace, or swap with their neighbour, to turn one text into the other (optimal string alignment). */
export const editDistance = (a: string, b: string): number => {
  let [older, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let least = Math.min((last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (isSame ? 0 : 1));
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped) least = Math.min(least, (older[column - 2] ?? 0) + 1);
      next.push(least);
    }
    [older, last] = [last, next];
  }
  return last[b.length] ?? 0;
};

/** Maximum number of characters of a name that are compared: the work grows with their square. */
const comparedLetters = 253;

/**
 * The candidate that a mistyped name most likely stands for: the nearest one, if at most one character in three differs, and at most three; the first
 * of equals. Undefined when no candidate is near, and for a name that is a candidate itself.
 */
export const nearest = (name: string, candidates: Iterable<string>): string | undefined => {
  const written = name.toLowerCase().slice(0, comparedLetters);
  let found: string | undefined;
  let least = Math.min(3, Math.ceil(written.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === name) return undefined;
    const other = candidate.toLowerCase().slice(0, comparedLetters);
    if (Math.abs(other.length - written.length) >= least) continue;
    const distance = editDistance(written, other);
    if (distance >= least) continue;
    [found, least] = [candidate, distance];
  }
  return found;
};

/** ` Did you mean "x"?` for a name that is close to a candidate, to append to a sentence; else an empty text. */
export const didYouMean = (name: string, candidates: Iterable<string>): string => {
  const meant = nearest(name, candidates);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
};
