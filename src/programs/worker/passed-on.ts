import { keptNoticeName, maxNotices, type NoticeSpec } from '../../api/notice/type.ts';
import type { Source } from '../../loop/source.ts';

/** Notices of other clusters that came from those clusters and not from the board, by a name that begins with the cluster, until they are judged. */
export interface PassedOn extends Source<string> {
  /**
   * Takes a notice; one about the same subject that is not judged yet is replaced. Of each cluster as many are held as it can have on the board:
   * then the one that waits longest gives way, or a cluster could fill our memory with what waits for ever.
   */
  readonly offer: (spec: NoticeSpec) => void;
  get(name: string): NoticeSpec | undefined;
  /** It was judged, and waits for nothing. */
  done(name: string, spec: NoticeSpec): void;
}

/** None yet. */
export const createPassedOn = (): PassedOn => {
  const clusters = new Map<string, Map<string, NoticeSpec>>();
  const handlers = new Set<(name: string) => void>();
  const of = (name: string): Map<string, NoticeSpec> | undefined => clusters.get(name.slice(0, name.indexOf('.')));
  return {
    offer: (spec) => {
      const name = keptNoticeName(`${spec.cluster}.passed-on`, spec);
      const notices = clusters.get(spec.cluster) ?? new Map<string, NoticeSpec>();
      clusters.set(spec.cluster, notices);
      notices.delete(name);
      const [oldest] = notices.keys();
      if (notices.size >= maxNotices && oldest !== undefined) notices.delete(oldest);
      notices.set(name, spec);
      for (const handler of handlers) handler(name);
    },
    get: (name) => of(name)?.get(name),
    done: (name, spec) => {
      const notices = of(name);
      if (notices?.get(name) !== spec) return;
      notices.delete(name);
      if (notices.size === 0) clusters.delete(spec.cluster);
    },
    subscribe: (handler) => {
      handlers.add(handler);
      for (const notices of clusters.values()) for (const name of notices.keys()) handler(name);
      return () => handlers.delete(handler);
    },
  };
};
