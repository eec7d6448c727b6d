import type { NoticeSpec } from '../api/notice/type.ts';
import { readJson } from '../values/read-json.ts';
import { isTombstone, readStatement } from './statement/statement.ts';

/** Whether a notice that was accepted before is a farewell: the tombstone of a cluster about itself, by which it gives up its blocks and its authority. */
export const isFarewell = ({ kind, statement }: Pick<NoticeSpec, 'kind' | 'statement'>): boolean => {
  if (kind !== 'Cluster') return false;
  const stated = readStatement(readJson(statement));
  return typeof stated !== 'string' && isTombstone(stated);
};
