import type { Notice } from '../../../api/notice/type.ts';
import { digestOfNotices } from '../../../exchange/notice/heads.ts';
import { readNotice } from '../../../exchange/notice/notice.ts';
import type { Mirror } from '../../../kubernetes/mirror.ts';

/** The digest of each cluster's notices on a board. A change costs reading one notice; a digest is computed only after a change. */
export interface BoardDigests {
  /** The digest of a cluster's readable notices. */
  of(cluster: string): string;
  /** Stops following the board. */
  stop(): void;
}

interface PublishedStatement {
  /** The inputs of a digest, by the key of the notice. */
  readonly notices: Map<string, { readonly kind: Notice['spec']['kind']; readonly signature: string }>;
  digest?: string;
}

const nothingShown = (): PublishedStatement => ({ notices: new Map() });

/** Follows a board until it is stopped. */
export const followDigests = (board: Pick<Mirror<Notice>, 'subscribe'>): BoardDigests => {
  const clusters = new Map<string, PublishedStatement>();
  const stop = board.subscribe(({ type, key, object, previous }) => {
    // With another cluster's name it is another object for its digest.
    if (previous !== undefined && previous.spec.cluster !== object.spec.cluster) drop(clusters, previous.spec.cluster, key);
    const read = type === 'deleted' ? undefined : readNotice(object.spec);
    if (read === undefined || typeof read === 'string') return drop(clusters, object.spec.cluster, key);
    const shown = clusters.get(read.cluster) ?? nothingShown();
    shown.notices.set(key, { kind: read.kind, signature: read.signature });
    delete shown.digest;
    clusters.set(read.cluster, shown);
  });
  return {
    of: (cluster) => {
      const shown = clusters.get(cluster) ?? nothingShown();
      return (shown.digest ??= digestOfNotices(shown.notices.values()));
    },
    stop,
  };
};

const drop = (clusters: Map<string, PublishedStatement>, cluster: string, key: string): void => {
  const shown = clusters.get(cluster);
  if (shown === undefined) return;
  shown.notices.delete(key);
  delete shown.digest;
  if (shown.notices.size === 0) clusters.delete(cluster);
};
