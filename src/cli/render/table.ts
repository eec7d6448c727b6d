import { plainText } from '../../values/text/plain-text.ts';

/** One column of a table over rows of type `R`. */
export interface Column<R> {
  readonly title: string;
  /** The cell as plain text; an empty one is shown as `-`. */
  readonly value: (row: R) => string | number | undefined;
  /** Colours the cell, after its width is known. */
  readonly paint?: (text: string, row: R) => string;
  readonly align?: 'left' | 'right';
  /** PublishedStatement only with `-o wide`. */
  readonly wide?: boolean;
}

/**
 * A table in kubectl's format: a head, one line for each row, columns two spaces apart, nothing after the last cell, no borders, so that grep, awk
 * and cut work on it. Control characters in cells are removed: cells may come from other clusters.
 */
export const renderTable = <R>(columns: readonly Column<R>[], rows: readonly R[], options: { readonly wide?: boolean } = {}): string => {
  const shown = columns.filter((column) => column.wide !== true || options.wide === true);
  const cells = rows.map((row) => shown.map((column) => cellText(column.value(row))));
  const widths = shown.map((column, at) => Math.max(column.title.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const line = (texts: readonly string[], paint: (text: string, at: number) => string): string =>
    texts
      .map((text, at) => {
        const gap = ' '.repeat((widths[at] ?? 0) - text.length);
        const last = at === texts.length - 1;
        if (shown[at]?.align === 'right') return gap + paint(text, at);
        return paint(text, at) + (last ? '' : gap);
      })
      .join('  ')
      .trimEnd();
  const head = line(
    shown.map((column) => column.title),
    (text) => text,
  );
  const body = cells.map((texts, index) => {
    const row = rows[index] as R;
    return line(texts, (text, at) => shown[at]?.paint?.(text, row) ?? text);
  });
  return [head, ...body].join('\n');
};

const cellText = (value: string | number | undefined): string => {
  const text = plainText(String(value ?? ''));
  return text === '' ? '-' : text;
};
