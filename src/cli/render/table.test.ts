import { describe, expect, it } from 'vitest';
import { type Column, renderTable } from './table.ts';

interface Row {
  readonly name: string;
  readonly count: number | undefined;
}

const columns: Column<Row>[] = [
  { title: 'NAME', value: (row) => row.name },
  { title: 'COUNT', value: (row) => row.count, align: 'right' },
  { title: 'LENGTH', value: (row) => row.name.length, wide: true },
];

const rows: Row[] = [
  { name: 'a', count: 10 },
  { name: 'longer-name', count: undefined },
];

describe('a table', () => {
  it('lines its columns up and ends lines without spaces', () => {
    expect(renderTable(columns, rows)).toBe(['NAME         COUNT', 'a               10', 'longer-name      -'].join('\n'));
  });

  it('has more columns when wide', () => {
    expect(renderTable(columns, rows, { wide: true }).split('\n')[0]).toBe('NAME         COUNT  LENGTH');
  });

  it('has a head without rows', () => {
    expect(renderTable(columns, [])).toBe('NAME  COUNT');
  });

  it('colours cells without moving them', () => {
    const paint = (text: string): string => `<${text}>`;
    const text = renderTable([{ ...columns[0], title: 'NAME', value: (row: Row) => row.name, paint }, ...columns.slice(1)], rows);
    expect(text.split('\n')[1]).toBe('<a>               10');
  });

  it('lets no control character of a cell reach the terminal', () => {
    const text = renderTable(columns, [{ name: '\u001b[31mred\u001b[0m\u0007\nnew\u009bline', count: 1 }]);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text.split('\n')).toHaveLength(2);
  });
});
