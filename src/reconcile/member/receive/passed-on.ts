import { keptNoticeName, maxNotices, type NoticeSpec } from '../../../api/notice/type.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';

/** Notices of other clusters that came from those clusters and not from the board, by a name with the cluster as prefix, until they are accepted. */
export interface PassedOn extends Source<string> {
  /**
   * Adds a notice, replacing one about the same subject. Of each cluster as many are held as it can have on the board; beyond that the oldest is
   * dropped, and its name is emitted. Without a limit a cluster could fill the memory with notices that are never accepted.
   */
  readonly offer: (spec: NoticeSpec) => void;
  get(name: string): NoticeSpec | undefined;
  /** Records that it was judged and need not be judged again. */
  done(name: string, spec: NoticeSpec): void;
  /** The name of the held notice about the subject; none when there is no such notice. */
  namesAbout(about: Pick<NoticeSpec, 'cluster' | 'kind' | 'subject'>): readonly string[];
}

/** Holds none yet. */
export const createPassedOn = (): PassedOn => {
  const clusters = new Map<string, Map<string, NoticeSpec>>();
  const nameOf = (about: Pick<NoticeSpec, 'cluster' | 'kind' | 'subject'>): string => keptNoticeName(`${about.cluster}.passed-on`, about);
  const { emit, subscribe } = createEmitter<string>(() => [...clusters.values()].flatMap((notices) => [...notices.keys()]));
  const of = (name: string): Map<string, NoticeSpec> | undefined => clusters.get(name.slice(0, name.indexOf('.')));
  return {
    offer: (spec) => {
      const name = nameOf(spec);
      const notices = clusters.get(spec.cluster) ?? new Map<string, NoticeSpec>();
      clusters.set(spec.cluster, notices);
      notices.delete(name);
      const [oldest] = notices.keys();
      notices.set(name, spec);
      emit(name);
      if (notices.size > maxNotices && oldest !== undefined) {
        notices.delete(oldest);
        emit(oldest);
      }
    },
    get: (name) => of(name)?.get(name),
    done: (name, spec) => {
      const notices = of(name);
      if (notices?.get(name) !== spec) return;
      notices.delete(name);
      if (notices.size === 0) clusters.delete(spec.cluster);
    },
    namesAbout: (about) => {
      const name = clusters.has(about.cluster) ? nameOf(about) : undefined;
      return name === undefined || of(name)?.has(name) !== true ? [] : [name];
    },
    subscribe,
  };
};
