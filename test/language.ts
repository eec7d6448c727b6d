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

/** Rooms that still wait for the glossary. */
const unread: Readonly<Record<string, string>> = Object.fromEntries(
  ['src/programs/cli/', 'src/programs/worker/', 'src/programs/controller/', 'src/plan/diagnosis/', 'src/plan/hub/'].map((folder) => [
    folder,
    'not rewritten yet',
  ]),
);

/** Every replaced word. */
export const replaced: readonly ReplacedWord[] = [
  { words: 'say', pattern: /\b(?:say|says|said|saying)\b/gi, instead: 'state, publish, report or name', allowed: unread },
  { words: 'hear', pattern: /\b(?:hear|hears|heard|hearing)\b/gi, instead: 'receive', allowed: unread },
  { words: 'tell', pattern: /\b(?:tell|tells|told|telling)\b/gi, instead: 'report, show or distinguish', allowed: unread },
  { words: 'whoever', pattern: /\b(?:whoever|whomever)\b/gi, instead: 'the program or the person', allowed: unread },
  {
    words: 'look',
    pattern: /\b(?:look|looks|looked|looking)\b(?!-?up)/gi,
    instead: 'observe, read or check; resync for a repeated one',
    allowed: unread,
  },
  { words: 'hang', pattern: /\b(?:hang|hangs|hung)\b/gi, instead: 'does not answer, or is attached', allowed: unread },
  { words: 'knock, door', pattern: /\b(?:knocks?|knocked|doors?|tongues?)\b/gi, instead: 'request, port', allowed: unread },
  { words: 'anew', pattern: /\b(?:anew|afresh)\b/gi, instead: 'again', allowed: unread },
  { words: 'at the most', pattern: /\bat the (?:most|least)\b/gi, instead: 'at most, at least', allowed: unread },
  {
    words: 'take down',
    pattern: /\b(?:take|takes|took|taken|taking)(?: \w+)? down\b/gi,
    instead: 'withdraw or remove',
    allowed: { ...unread, 'src/playground/': 'the command playground down', 'src/programs/cli/playground/': 'the command playground down' },
  },
  {
    words: 'a word',
    pattern: /\b(?:words?)\b/gi,
    instead: 'statement, message or argument',
    allowed: { ...unread, 'src/plan/cluster-dns/corefile-blocks.ts': 'words of a Corefile' },
  },
];
