import { noticeKind } from '../../../api/kinds.ts';
import { keptNoticeName, type Notice, type NoticeSpec } from '../../../api/notice/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import { applyObject } from '../../../kubernetes/apply.ts';
import { remove } from '../../../kubernetes/remove.ts';
import { noticeObject } from '../../../plan/board/notice-object.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';

/**
 * The accepted notices of other clusters, stored in this cluster: the latest statement about each subject, including tombstones. They survive a
 * restart of the worker, whatever the board shows then.
 */
export interface KeptNotices {
  list(): readonly Notice[];
  /** Stores an accepted notice, replacing the previous one; no write when it is stored already. */
  keep(spec: NoticeSpec, signal: AbortSignal): Promise<void>;
  /** The subject need not be known any more. */
  forget(about: Pick<NoticeSpec, 'cluster' | 'kind' | 'subject'>, signal: AbortSignal): Promise<void>;
}

/** The stored notices of one slice. */
export const keptNotices = ({ client, notices }: LocalWorld, slice: string): KeptNotices => ({
  list: () => notices.byIndex('slice', slice),
  keep: async (spec, signal) => {
    const name = keptNoticeName(slice, spec);
    const seen = notices.get(`${memberNamespace}/${name}`);
    if (seen !== undefined && seen.spec.statement === spec.statement && seen.spec.signature === spec.signature) return;
    const notice = noticeObject(slice, { name, namespace: memberNamespace }, spec);
    await applyObject(client, noticeKind, notice, { fieldManager, signal, ...(seen === undefined ? {} : { seen }) });
  },
  forget: async (about, signal) => {
    const name = keptNoticeName(slice, about);
    if (notices.get(`${memberNamespace}/${name}`) === undefined) return;
    await remove(client, noticeKind, { namespace: memberNamespace, name }, signal);
  },
});
