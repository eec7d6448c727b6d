import type { Notice } from '../../../api/notice/type.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';
import { Failure } from '../../../values/failure.ts';

/** How much of the initial board has been read. */
export interface BoardProgress {
  /** Whether every notice of the first list was judged once: from then on, a statement that was neither stored nor found does not exist. */
  readonly isRead: () => boolean;
  /** Resolves then; `Interrupted` when the signal aborts before. The board must be synced. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** Records that a notice was judged. */
  readonly done: (notice: string) => void;
}

/** Progress before the first notice. It waits for the notices of other clusters in the first list of the board. */
export const createBoardProgress = (board: Pick<Mirror<Notice>, 'list'>, ownCluster: string): BoardProgress => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let unread: Set<string> | undefined;
  /** A hostile hub may list an object without a spec: it is never judged, so it is not waited for. */
  const isOfAnother = (spec: Notice['spec'] | undefined): boolean => spec !== undefined && spec.cluster !== ownCluster;
  return {
    isRead: () => unread?.size === 0,
    read: async (signal) => {
      unread ??= new Set(board.list().flatMap(({ metadata, spec }) => (isOfAnother(spec) ? [metadata.name] : [])));
      if (unread.size === 0) resolve();
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(new Failure('Interrupted', 'Reading the board was cancelled.', { cause: signal.reason }));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
    },
    done: (notice) => {
      if (unread?.delete(notice) === true && unread.size === 0) resolve();
    },
  };
};
