import type { NoticeSpec } from '../../../api/notice/type.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';
import { watching } from '../../../loop/watching.ts';
import type { KeptNotices } from '../receive/kept-notices.ts';
import { outboxKey, subjectOfKey } from './outbox.ts';

/** The notices that this cluster signed, by `<kind>/<subject>`: the desired content of the board. Emits the keys of signed and removed ones. */
export interface OwnNotices extends Source<string> {
  get(key: string): NoticeSpec | undefined;
  keys(): Iterable<string>;
  set(spec: NoticeSpec): void;
  delete(key: string): void;
}

/** Begins with the stored notices of an earlier run. */
export const createOwnNotices = (kept: Pick<KeptNotices, 'list'>, cluster: string): OwnNotices => {
  const notices = new Map(
    kept.list().flatMap(({ spec }) => (spec.cluster === cluster ? [[outboxKey(spec.kind, spec.subject), spec]] : [])),
  );
  const { emit, subscribe } = createEmitter<string>(() => [...notices.keys()]);
  return {
    get: (key) => notices.get(key),
    keys: () => notices.keys(),
    set: (spec) => {
      const key = outboxKey(spec.kind, spec.subject);
      notices.set(key, spec);
      emit(key);
    },
    delete: (key) => {
      if (notices.delete(key)) emit(key);
    },
    subscribe,
  };
};

/**
 * A controller that stores the signed notices in this cluster: other members read them here while the hub is unreachable, and the next run of the
 * worker begins with them. The key is that of the notice. Reports are not stored, because only the hub reads them.
 *
 * Publishing does not wait for it. A worker that crashes between the two signs the statement again, above what the board shows: serials follow the
 * clock.
 *
 * @param everyMs how often each notice is checked without a change, in milliseconds
 */
export const keepOwn = (own: OwnNotices, kept: KeptNotices, cluster: string, everyMs: number) => ({
  name: 'keep-own',
  watches: [watching(own, (key) => [key])],
  resync: { everyMs, keys: () => own.keys() },
  reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
    const { kind, subject } = subjectOfKey(key);
    if (kind === 'Links') return;
    const notice = own.get(key);
    if (notice === undefined) await kept.forget({ cluster, kind, subject }, signal);
    else await kept.keep(notice, signal);
  },
});
