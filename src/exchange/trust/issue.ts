import { maxStatementBytes } from '../../api/notice/schema.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import type { StatementSigner } from '../../identity/create-signer.ts';
import { Failure } from '../../values/failure.ts';
import { encodeBase64 } from '../../values/text/base64.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { readStatement, type Stated, type Statement, type StatementBodies, statementVersion } from '../statement/statement.ts';
import { statementLifetimeMs } from './lifetime.ts';

/** What to state about a subject; `body` is undefined to withdraw it. */
export interface StatementDraft<K extends StatementKind = StatementKind> {
  readonly kind: K;
  readonly slice: string;
  readonly sliceUID: string;
  readonly subject: string;
  readonly body: StatementBodies[K] | undefined;
  /** Higher than every earlier one of this cluster in the slice: `nextSerial`. */
  readonly serial: number;
}

/** A signed statement as a notice carries it. */
export interface SignedStatement {
  /** Canonical JSON; exactly its UTF-8 bytes are signed. */
  readonly statement: string;
  /** Base64 of the 64 bytes r ‖ s (IEEE P1363) of ECDSA P-256 with SHA-256. */
  readonly signature: string;
  /** Certificate of the signer (PEM) below the authority's; left out when the authority signed. */
  readonly chain?: readonly string[] | undefined;
}

/** An own statement: its content, and the signed text. */
export interface Issued<K extends StatementKind = StatementKind> {
  readonly stated: Stated<K>;
  readonly signed: SignedStatement;
}

/** A statement (or, without a body, a tombstone), valid from `now` (milliseconds since 1970) for {@link statementLifetimeMs}. */
export const draftStatement = <K extends StatementKind>(
  { cluster, project }: Pick<Authority, 'cluster' | 'project'>,
  { body, ...draft }: StatementDraft<K>,
  now: number,
): Stated<K> => {
  const claims: Omit<Statement<K>, 'body'> = {
    version: statementVersion,
    critical: [],
    ...draft,
    cluster,
    project,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + statementLifetimeMs).toISOString(),
  };
  return body === undefined ? { ...claims, withdrawn: true } : { ...claims, body };
};

/**
 * Signs a statement for the authority's cluster, under a certificate below the authority if a signer is given; a statement of a cluster about itself is
 * always signed by the authority.
 * Throws `InvalidInput` for a statement that every receiver would refuse.
 */
export const issueStatement = <K extends StatementKind>(
  authority: Authority,
  draft: StatementDraft<K>,
  now: number,
  signer?: StatementSigner,
): Issued<K> => {
  const stated = draftStatement(authority, draft, now);
  const statement = canonicalJson(stated);
  const what = `The statement about ${draft.kind} "${draft.subject}" of slice "${draft.slice}"`;
  const read = readStatement(stated);
  if (typeof read === 'string') throw new Failure('InvalidInput', `${what} would be refused by every receiver, because of ${read}.`);
  const bytes = Buffer.from(statement, 'utf8');
  if (bytes.length > maxStatementBytes) {
    throw new Failure('InvalidInput', `${what} has ${bytes.length} bytes and ${maxStatementBytes} are allowed; shorten names or split it.`);
  }
  if (signer === undefined || draft.kind === 'Cluster')
    return { stated, signed: { statement, signature: encodeBase64(authority.sign(bytes)) } };
  return { stated, signed: { statement, signature: encodeBase64(signer.sign(bytes)), chain: [signer.certificate] } };
};
