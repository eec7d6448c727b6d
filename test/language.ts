/** Words that the glossary of CONTRIBUTING.md replaces in comments and texts of `src/`. */
export interface ReplacedWord {
  /** The words, for the name of the test. */
  readonly words: string;
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
  /** Files or folders in which the word has its usual meaning, and which one. */
  readonly allowed?: Readonly<Record<string, string>>;
}

/** Every replaced word. */
export const replaced: readonly ReplacedWord[] = [
  { words: 'say', pattern: /\b(?:say|says|said|saying)\b/gi, instead: 'state, publish, report or name' },
  { words: 'hear', pattern: /\b(?:hear|hears|heard|hearing)\b/gi, instead: 'receive' },
  { words: 'tell', pattern: /\b(?:tell|tells|told|telling)\b/gi, instead: 'report, show or distinguish' },
  { words: 'whoever', pattern: /\b(?:whoever|whomever)\b/gi, instead: 'the program or the person' },
  {
    words: 'look',
    pattern: /\b(?:look|looks|looked|looking)\b(?!-?up)/gi,
    instead: 'observe, read or check; resync for a repeated one',
  },
  { words: 'hang', pattern: /\b(?:hang|hangs|hung)\b/gi, instead: 'does not answer, or is attached' },
  { words: 'knock, door', pattern: /\b(?:knocks?|knocked|doors?|tongues?)\b/gi, instead: 'request, port' },
  { words: 'anew', pattern: /\b(?:anew|afresh)\b/gi, instead: 'again' },
  { words: 'at the most', pattern: /\bat the (?:most|least)\b/gi, instead: 'at most, at least' },
  {
    words: 'take down',
    pattern: /\b(?:take|takes|took|taken|taking)(?: \w+)? down\b/gi,
    instead: 'withdraw or remove',
    allowed: { 'playground/': 'the command playground down' },
  },
  {
    words: 'a word',
    pattern: /\b(?:words?)\b/gi,
    instead: 'statement, message or argument',
    allowed: {
      'src/plan/cluster-dns/corefile-blocks.ts': 'words of a Corefile',
      'src/cli/render/completion-scripts.ts': 'words of a shell',
    },
  },
];
