/**
 * What the board holds under a name by our own writes, though it may not show them yet. Texts are compared by digest.
 *
 * ```
 * the board shows           then it holds
 * a write of ours           the last one: what it shows before that is overwritten already
 * anything else, after it   that: another writer replaced ours
 * nothing, after it         nothing: it was deleted
 * ```
 */
export interface BoardWrites {
  /** The digest of what the board holds; undefined for nothing. */
  held(name: string): string | undefined;
  /** To be called before a write, since the board may show it before the write returns. */
  writing(name: string, digest: string): void;
  /** The write failed, or was a removal: what is there now only the board knows. */
  forget(name: string): void;
  /** What the board shows now; undefined when the notice was deleted. */
  shown(name: string, digest: string | undefined): void;
}

interface Entry {
  /** What it shows. */
  readonly shown: string | undefined;
  /** Writes that it has not shown yet, in their order. */
  readonly unseen: readonly string[];
}

/** Nothing is written or shown yet. */
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
