import { maxStatementBytes } from '../api/notice/schema.ts';
import type { Statement, StatementBodies } from '../api/notice/statement.ts';
import type { StatementKind } from '../api/notice/type.ts';
import { encodeBase64 } from '../values/base64.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import { Failure } from '../values/failure.ts';
import type { Authority } from './authority.ts';
import { readStatement } from './statement-shape.ts';

/** How long a statement holds, in milliseconds. Whoever issues it issues it anew before half of that is over. */
export const statementLifetimeMs = 7 * 24 * 3_600_000;

/** What is to be stated. */
export interface StatementDraft<K extends StatementKind> {
  readonly kind: K;
  readonly slice: string;
  readonly sliceUID: string;
  readonly subject: string;
  readonly body: StatementBodies[K];
  /** Higher than that of every earlier statement about the subject: `nextSerial`. */
  readonly serial: number;
}

/** A statement as it is published: the two fields of a notice. */
export interface SignedStatement {
  /** Canonical JSON; exactly its UTF-8 bytes are signed. */
  readonly statement: string;
  /** Base64 of the 64 bytes r ‖ s (IEEE P1363) of ECDSA P-256 with SHA-256. */
  readonly signature: string;
}

/**
 * Signs a statement in the name of the authority's cluster, valid from `now` (milliseconds since 1970) for {@link statementLifetimeMs}.
 *
 * Throws `InvalidInput` for a statement that every receiver would refuse.
 */
export const issueStatement = <K extends StatementKind>(authority: Authority, draft: StatementDraft<K>, now: number): SignedStatement => {
  const { cluster, project } = authority;
  const issuedAt = new Date(now).toISOString();
  const expiresAt = new Date(now + statementLifetimeMs).toISOString();
  const content: Statement<K> = { ...draft, cluster, project, issuedAt, expiresAt };
  const statement = canonicalJson(content);
  const what = `The statement about ${draft.kind} "${draft.subject}" of slice "${draft.slice}"`;
  const read = readStatement(content);
  if (typeof read === 'string') throw new Failure('InvalidInput', `${what} would be refused by everybody, because of ${read}.`);
  const bytes = Buffer.from(statement, 'utf8');
  if (bytes.length > maxStatementBytes) {
    throw new Failure(
      'InvalidInput',
      `${what} has ${bytes.length} bytes and ${maxStatementBytes} are allowed; split the service into several exports.`,
    );
  }
  return { statement, signature: encodeBase64(authority.sign(bytes)) };
};
