import type { NoticeSpec } from '../../api/notice/type.ts';
import { createEmitter } from '../../loop/emitter.ts';
import type { Source } from '../../loop/source.ts';
import type { KeptNotices } from './kept-notices.ts';
import { outboxKey } from './outbox.ts';

/**
 * The notices that this cluster signed, by `<kind>/<subject>`: what the board should show, and what other members may read here when the board cannot be
 * reached. Reports are kept in memory only, since nobody but the hub reads them. Emits the keys of those that were kept or forgotten.
 */
export interface OwnNotices extends Source<string> {
  get(key: string): NoticeSpec | undefined;
  keys(): Iterable<string>;
  /** In use from now on; resolves once it is kept. */
  set(spec: NoticeSpec, signal: AbortSignal): Promise<void>;
  /** Keeps a notice again that could not be kept before. */
  keep(key: string, signal: AbortSignal): Promise<void>;
  forget(key: string, signal: AbortSignal): Promise<void>;
}

/** Those that an earlier run kept, to begin with. */
export const createOwnNotices = (kept: KeptNotices, cluster: string): OwnNotices => {
  const notices = new Map(
    kept.list().flatMap(({ spec }) => (spec.cluster === cluster ? [[outboxKey(spec.kind, spec.subject), spec]] : [])),
  );
  /** Keys of notices that are not kept and not emitted yet. */
  const unkept = new Set<string>();
  const { emit, subscribe } = createEmitter<string>(() => [...notices.keys()].filter((key) => !unkept.has(key)));
  const keep = async (key: string, signal: AbortSignal): Promise<void> => {
    const spec = notices.get(key);
    if (spec !== undefined && spec.kind !== 'Links') await kept.keep(spec, signal);
    if (unkept.delete(key)) emit(key);
  };
  return {
    get: (key) => notices.get(key),
    keys: () => notices.keys(),
    set: async (spec, signal) => {
      const key = outboxKey(spec.kind, spec.subject);
      notices.set(key, spec);
      unkept.add(key);
      await keep(key, signal);
    },
    keep,
    forget: async (key, signal) => {
      const spec = notices.get(key);
      notices.delete(key);
      unkept.delete(key);
      if (spec !== undefined) await kept.forget(spec, signal);
      emit(key);
    },
    subscribe,
  };
};
