/** One server block of a Corefile: its keys as written, such as `.:53` or `dns://example.org`, and the directives directly in it. */
export type ServerBlock = {
  readonly keys: readonly string[];
  /** Each line of the block outside of nested ones, as its words. */
  readonly directives: readonly (readonly string[])[];
  /** Offset of the first key and of the character after the closing brace. */
  readonly start: number;
  readonly end: number;
};

/** The top level of a Corefile. */
export type Corefile = {
  readonly blocks: readonly ServerBlock[];
  /** Patterns of `import` lines outside all blocks. */
  readonly imports: readonly string[];
  /** False when a block has no braces, which is allowed for a single block, or is not closed: then no block can be added. */
  readonly extensible: boolean;
};

type Word = { readonly text: string; readonly start: number; readonly end: number; readonly startsLine: boolean };

/** Words as CoreDNS's own reader splits them: by white space; double quotes group a word; `#` at the start of a word begins a comment. */
const wordsOf = (text: string): Word[] => {
  const words: Word[] = [];
  let startsLine = true;
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (character === '\n') startsLine = true;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (character === '#') {
      const newline = text.indexOf('\n', at);
      at = newline === -1 ? text.length : newline;
      continue;
    }
    const pattern = character === '"' ? /"(?:\\[^]|[^"\\])*"?/y : /\S+/y;
    pattern.lastIndex = at;
    const word = pattern.exec(text)?.[0] ?? character;
    words.push({ text: word, start: at, end: at + word.length, startsLine });
    at += word.length;
    startsLine = false;
  }
  return words;
};

/**
 * Reads the top level of a Corefile, enough to find which block serves which zone. It never fails; what it cannot read makes the result not
 * `extensible`. Snippets, `(name) { … }`, are returned as blocks with that key.
 */
export const readCorefile = (text: string): Corefile => {
  const words = wordsOf(text);
  const blocks: ServerBlock[] = [];
  const imports: string[] = [];
  let extensible = true;
  for (let at = 0; at < words.length; ) {
    const first = words[at]!;
    if (first.text === 'import') {
      for (at++; at < words.length && !words[at]!.startsLine; at++) imports.push(words[at]!.text);
      continue;
    }
    const keys: string[] = [];
    for (; at < words.length && words[at]!.text !== '{'; at++) {
      const word = words[at]!;
      // A line ends the keys, unless a comma follows the last one.
      if (word.startsLine && word !== first && !words[at - 1]!.text.endsWith(',')) break;
      keys.push(...word.text.split(',').filter((key) => key !== ''));
    }
    if (words[at]?.text !== '{') {
      extensible = false;
      continue;
    }
    const directives: string[][] = [];
    let depth = 1;
    for (at++; at < words.length && depth > 0; at++) {
      const { text, startsLine } = words[at]!;
      if (text === '{') depth++;
      else if (text === '}') depth--;
      else if (depth === 1 && startsLine) directives.push([text]);
      else if (depth === 1) directives.at(-1)?.push(text);
    }
    if (depth > 0) extensible = false;
    blocks.push({ keys, directives, start: first.start, end: words[at - 1]!.end });
  }
  return { blocks, imports, extensible };
};

/** The zone and port of a server block's key; the port is undefined when the key has none. Snippets and variables are not zones. */
export const zoneOfKey = (key: string): { readonly zone: string; readonly port: string | undefined } | undefined => {
  if (key.startsWith('(')) return undefined;
  const plain = key.replaceAll('"', '').replace(/^[a-z0-9+]+:\/\//i, '');
  const parts = /^(.*?)(?::([0-9]+))?$/.exec(plain);
  const zone = (parts?.[1] ?? plain).toLowerCase();
  return { zone: zone.length > 1 && zone.endsWith('.') ? zone.slice(0, -1) : zone, port: parts?.[2] };
};
