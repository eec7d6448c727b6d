import { createHash } from 'node:crypto';

/** One element of a set or map of a table, in nft syntax: the name of the set, a space, the element. */
export type Element = string;

const elementCommands = (table: string, verb: string, elements: readonly Element[]): string => {
  const bySet = new Map<string, string[]>();
  for (const element of elements) {
    const space = element.indexOf(' ');
    const set = element.slice(0, space);
    const known = bySet.get(set);
    if (known === undefined) bySet.set(set, [element.slice(space + 1)]);
    else known.push(element.slice(space + 1));
  }
  return [...bySet].map(([set, own]) => `${verb} element inet ${table} ${set} { ${own.join(', ')} }\n`).join('');
};

/** A transaction that adds elements, one command for each set; empty for none. */
export const addElements = (table: string, elements: readonly Element[]): string => elementCommands(table, 'add', elements);

/** A transaction that removes elements; empty for none. */
export const deleteElements = (table: string, elements: readonly Element[]): string => elementCommands(table, 'delete', elements);

/** A transaction that replaces the table by these rules and elements; packets see the old or the new rules, never none. */
export const replaceTable = (table: string, rules: string, elements: Iterable<Element>): string =>
  `table inet ${table}\ndelete table inet ${table}\n${rules}${addElements(table, [...elements])}`;

/** A value of an element in the JSON listing, see libnftables-json(5). */
type Value =
  | string
  | number
  | { readonly concat: readonly Value[] }
  | { readonly prefix: { readonly addr: string; readonly len: number } }
  | { readonly range: readonly [Value, Value] }
  | { readonly accept: null }
  | { readonly goto: { readonly target: string } }
  | { readonly jump: { readonly target: string } };

/** The result of `nft -j -s list table`: the elements of its sets and maps, and a digest of everything else. */
export interface ObservedTable {
  readonly elements: ReadonlySet<Element>;
  readonly digest: string;
}

/** Text of a value; interface names are quoted, as `add element` wants them. */
const textOf = (value: Value, type: unknown): string => {
  if (typeof value === 'string') return type === 'ifname' ? `"${value}"` : value;
  if (typeof value === 'number') return String(value);
  if ('concat' in value) return value.concat.map((part, at) => textOf(part, Array.isArray(type) ? type[at] : undefined)).join(' . ');
  if ('prefix' in value) return `${value.prefix.addr}/${value.prefix.len}`;
  if ('range' in value) return value.range.map((end) => textOf(end, undefined)).join('-');
  if ('accept' in value) return 'accept';
  if ('goto' in value) return `goto ${value.goto.target}`;
  if ('jump' in value) return `jump ${value.jump.target}`;
  // A value that we never write: it differs from every wanted element.
  return JSON.stringify(value);
};

/**
 * Reads the JSON listing of a table. The digest covers rules, chains and sets without handles and counters, so it is the same for the same rules.
 * It is compared with the digest taken right after they were loaded, which makes the check independent of the version of nft.
 */
export const parseTable = (json: string): ObservedTable => {
  const items = (JSON.parse(json) as { nftables: Record<string, Record<string, unknown>>[] }).nftables;
  const elements = new Set<Element>();
  const kept: unknown[] = [];
  for (const item of items) {
    if ('metainfo' in item) continue;
    if (item.set !== undefined) {
      // Rules write the elements of a set or map with a timeout.
      for (const element of item.set.timeout === undefined ? ((item.set.elem as Value[] | undefined) ?? []) : [])
        elements.add(`${String(item.set.name)} ${textOf(element, item.set.type)}`);
      delete item.set.elem;
    }
    if (item.map !== undefined) {
      for (const [key, value] of item.map.timeout === undefined ? ((item.map.elem as [Value, Value][] | undefined) ?? []) : [])
        elements.add(`${String(item.map.name)} ${textOf(key, item.map.type)} : ${textOf(value, undefined)}`);
      delete item.map.elem;
    }
    kept.push(item);
  }
  const text = JSON.stringify(kept, (key, value: unknown) =>
    key === 'handle' || key === 'packets' || key === 'bytes' ? undefined : value,
  );
  return { elements, digest: createHash('sha256').update(text).digest('hex') };
};
