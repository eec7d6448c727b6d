import type { SignedStatement } from '../../identity/issue-statement.ts';
import { sha256Hex } from '../../values/hash.ts';

/** One thing that this cluster says. */
export interface Said {
  /** Canonical JSON. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
}

/** What this cluster says on a board, by notice, and whether it hangs there as it was said. */
export interface SaidNotices {
  /** What is said there; undefined when nothing is, or when somebody else took it down. `altered` when somebody else wrote over it. */
  get(notice: string): Said | 'altered' | undefined;
  /** What hung there already when this program came. */
  found(notice: string, said: Said, signed: SignedStatement): void;
  /** To be called before a write, since the board may show it before the write returns. */
  writing(notice: string, said: Said, signed: SignedStatement): void;
  /** The write failed, or was a removal: what is there now only the board knows. */
  forget(notice: string): void;
  /** What the board shows now; undefined when the notice was taken down. */
  shown(notice: string, signed: SignedStatement | undefined): void;
}

const digestOf = ({ statement, signature }: SignedStatement): string => sha256Hex(`${signature}${statement}`);

interface Entry {
  readonly said: Said;
  readonly digest: string;
  /** Writes that the board has not shown yet, in their order. Whatever it shows before the last of them is overwritten already. */
  readonly unseen: readonly string[];
  readonly altered: boolean;
}

/** Nothing said yet. */
export const createSaid = (): SaidNotices => {
  const entries = new Map<string, Entry>();
  return {
    get: (notice) => {
      const entry = entries.get(notice);
      return entry?.altered === true ? 'altered' : entry?.said;
    },
    found: (notice, said, signed) => {
      entries.set(notice, { said, digest: digestOf(signed), unseen: [], altered: false });
    },
    writing: (notice, said, signed) => {
      const digest = digestOf(signed);
      entries.set(notice, { said, digest, unseen: [...(entries.get(notice)?.unseen ?? []), digest], altered: false });
    },
    forget: (notice) => {
      entries.delete(notice);
    },
    shown: (notice, signed) => {
      const entry = entries.get(notice);
      if (entry === undefined) return;
      if (signed === undefined) {
        // A removal that came before a write of ours is undone by it.
        if (entry.unseen.length === 0) entries.delete(notice);
        return;
      }
      const digest = digestOf(signed);
      const at = entry.unseen.indexOf(digest);
      if (at >= 0) entries.set(notice, { ...entry, unseen: entry.unseen.slice(at + 1) });
      else if (entry.unseen.length === 0 && digest !== entry.digest) entries.set(notice, { ...entry, altered: true });
    },
  };
};
