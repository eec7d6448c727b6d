import type { NoticeSpec } from '../../../api/notice/type.ts';
import { entryOf, refKey } from '../../../exchange/ledger/ledger.ts';
import type { Again } from '../../../loop/controller.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { watching } from '../../../loop/watching.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import type { Session } from '../session/session.ts';
import type { AuthorTurns } from './author-turns.ts';
import type { KeptNotices } from './kept-notices.ts';

/** Stores accepted notices in the background. */
export interface KeepAccepted {
  /** Stores a notice soon, if it is the latest about its subject now and then. */
  soon(spec: NoticeSpec): void;
  /** Stores an end before it takes effect: while the task runs, no earlier notice overwrites it. */
  first<T>(spec: NoticeSpec, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

const isFrequent = ({ kind }: NoticeSpec): boolean => kind === 'Export' || kind === 'Endpoints';

/**
 * Stores accepted notices, with a controller of its own: the next statement about a subject must not wait for the write of the previous one. The key
 * is that of the subject. Exports and their endpoints, which change most, are stored at a rate for each author: what is lost in a crash is on the
 * board and at the author.
 */
export const keepAccepted = (session: Pick<Session, 'ledger' | 'clock'>, kept: Pick<KeptNotices, 'keep'>, authors: AuthorTurns) => {
  const accepted = new Map<string, NoticeSpec>();
  const { emit, subscribe } = createEmitter<string>(() => accepted.keys());
  /** Writes in progress, and subjects whose end is being written. */
  const writing = new Map<string, Promise<void>>();
  const ending = new Set<string>();

  const isLatest = (spec: NoticeSpec): boolean =>
    entryOf(session.ledger(), spec)?.digest === sha256Hex(Buffer.from(spec.statement, 'utf8'));

  const keeping: KeepAccepted = {
    soon: (spec) => {
      if (!isLatest(spec)) return;
      accepted.set(refKey(spec), spec);
      emit(refKey(spec));
    },
    first: async (spec, signal, task) => {
      const key = refKey(spec);
      ending.add(key);
      try {
        await writing.get(key)?.catch(() => undefined);
        await kept.keep(spec, signal);
        return await task();
      } finally {
        ending.delete(key);
      }
    },
  };
  const controller = {
    name: 'keep',
    watches: [watching({ subscribe }, (key) => [key])],
    reconcile: async (key: string, signal: AbortSignal): Promise<Again | undefined> => {
      const spec = accepted.get(key);
      if (spec === undefined) return undefined;
      const turns = authors.of(spec.cluster);
      if (ending.has(key) || !isLatest(spec)) turns.forget(key);
      else {
        const waitMs = isFrequent(spec) ? turns.take(key, session.clock.monotonic()) : 0;
        if (waitMs > 0) return { againMs: Math.ceil(waitMs) };
        const write = kept.keep(spec, signal);
        writing.set(key, write);
        await write.finally(() => writing.delete(key));
      }
      if (accepted.get(key) === spec) accepted.delete(key);
      return undefined;
    },
  };
  return { keeping, controller };
};
