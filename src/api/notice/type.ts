import type * as z from 'zod';
import type { Typed } from '../typed.ts';
import type { noticeSpec } from './schema.ts';

/** A signed statement as it hangs on the board. */
export type NoticeSpec = z.output<typeof noticeSpec>;
/** One signed statement of one cluster on the notice board of a slice. */
export type Notice = Typed<NoticeSpec>;
/** What a statement is about. */
export type StatementKind = NoticeSpec['kind'];

/**
 * Name of the notice for a subject. The cluster is the first label (cluster names have no dots), so the API server can check that a
 * cluster writes only its own; the kind keeps a node and an export of one name apart; `/` of an export's subject becomes a dot, which
 * neither namespaces nor service names contain.
 */
export const noticeName = (cluster: string, kind: StatementKind, subject: string): string =>
  `${cluster}.${kind.toLowerCase()}.${subject.replace('/', '.')}`;
