import { noticeSpec } from '../api/notice/schema.ts';
import type { NoticeSpec } from '../api/notice/type.ts';
import { subjectFault } from './statement/subject.ts';

/**
 * What a board or another member shows as a notice, as one; or a phrase that says what is wrong with it, without anything of it.
 *
 * Whoever shows it may be hostile and is bound to no schema. Fields that a notice does not have are left out.
 */
export const readNotice = (shown: unknown): NoticeSpec | string => {
  const { success, data, error } = noticeSpec.safeParse(shown);
  if (!success) return `${error.issues[0]?.path.join('.') || 'it'} is not that of a notice`;
  const fault = subjectFault(data);
  return fault === undefined ? data : `subject ${fault}`;
};
