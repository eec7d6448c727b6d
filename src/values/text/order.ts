/**
 * Order by UTF-16 code units: the same on every machine and in every locale.
 * Everything that is stored or compared between machines is sorted with it, never with `localeCompare`.
 */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A sorted copy by a text key; items with the same key keep their order. */
export const sortedBy = <T>(items: Iterable<T>, key: (item: T) => string): T[] =>
  [...items]
    .map((item) => ({ item, text: key(item) }))
    .toSorted((a, b) => compareText(a.text, b.text))
    .map(({ item }) => item);
