import * as z from 'zod';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { readNotice } from './notice.ts';
import type { NoticePage } from './notice-page.ts';

const shape = z.object({ next: z.int().min(0), more: z.boolean(), notices: z.array(z.unknown()).max(4096) });

/**
 * Reads an answer as a page of the notices of a cluster; undefined for anything else.
 * The sender may be hostile. Invalid notices, notices of other clusters, and reports, which only the hub reads, are dropped.
 */
export const readPage = (cluster: string, answer: unknown): NoticePage | undefined => {
  const { success, data } = shape.safeParse(answer);
  if (!success) return undefined;
  const notices = data.notices
    .map(readNotice)
    .filter((notice) => typeof notice !== 'string' && notice.cluster === cluster && notice.kind !== 'Links') as NoticeSpec[];
  return { next: data.next, more: data.more, notices };
};
