import { noticeSpec } from '../../api/notice/schema.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { subjectFault } from '../statement/subject.ts';

/**
 * Reads a notice from a board or another member. For an invalid notice it returns a phrase that names the fault without quoting the notice.
 * The sender may be hostile and bound to no schema. Unknown fields are dropped.
 */
export const readNotice = (shown: unknown): NoticeSpec | string => {
  const { success, data, error } = noticeSpec.safeParse(shown);
  if (!success) return `${error.issues[0]?.path.join('.') || 'it'} is not that of a notice`;
  const fault = subjectFault(data);
  return fault === undefined ? data : `subject ${fault}`;
};
