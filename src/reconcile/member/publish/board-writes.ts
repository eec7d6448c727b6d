/**
 * What the board contains under a name because of our own writes, even if it does not show them yet. Texts are compared by digest.
 *
 * ```
 * the board shows           then it contains
 * a write of ours           the last one: what it shows before that is overwritten already
 * anything else, after it   that: another writer replaced ours
 * nothing, after it         nothing: it was deleted
 * ```
 */
export interface BoardWrites {
  /** The digest of the board's content; undefined for nothing. */
  held(name: string): string | undefined;
  /** Call it before a write, because the board may show the write before it returns. */
  writing(name: string, digest: string): void;
  /** The write failed, or was a deletion: only the board knows its content now. */
  forget(name: string): void;
  /** Records the current state of the board; undefined when the notice was deleted. */
  shown(name: string, digest: string | undefined): void;
}

interface Entry {
  /** The observed digest. */
  readonly shown: string | undefined;
  /** Writes that it has not shown yet, in order. */
  readonly unseen: readonly string[];
}

/** A state without writes and observations. */
export const createBoardWrites = (): BoardWrites => {
  const entries = new Map<string, Entry>();
  const set = (name: string, entry: Entry): void => {
    if (entry.shown === undefined && entry.unseen.length === 0) entries.delete(name);
    else entries.set(name, entry);
  };
  return {
    held: (name) => {
      const entry = entries.get(name);
      return entry?.unseen.at(-1) ?? entry?.shown;
    },
    writing: (name, digest) => {
      const { shown, unseen = [] } = entries.get(name) ?? {};
      set(name, { shown, unseen: [...unseen, digest] });
    },
    forget: (name) => {
      set(name, { shown: entries.get(name)?.shown, unseen: [] });
    },
    shown: (name, digest) => {
      const unseen = entries.get(name)?.unseen ?? [];
      const at = digest === undefined ? -1 : unseen.indexOf(digest);
      set(name, { shown: digest, unseen: unseen.slice(at + 1) });
    },
  };
};
