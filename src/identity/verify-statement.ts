import { verify } from 'node:crypto';
import { maxStatementBytes } from '../api/notice/schema.ts';
import type { Statement } from '../api/notice/statement.ts';
import type { StatementKind } from '../api/notice/type.ts';
import { decodeBase64 } from '../values/base64.ts';
import { parseCanonicalJson } from '../values/canonical-json.ts';
import { Failure } from '../values/failure.ts';
import { sha256Hex } from '../values/hash.ts';
import type { StatementRefusal, StatementRefusalCode } from '../values/statement-refusal.ts';
import type { SignedStatement } from './issue-statement.ts';
import type { Root } from './root.ts';
import { readStatement } from './statement-shape.ts';

/** By how much the clocks of two clusters may differ, in milliseconds. */
export const clockSkewMs = 5 * 60_000;

/** How deep a statement may nest; the deepest honest one has five levels. */
const statementDepth = 12;

/** What a statement must be about: the slice of the board, and the cluster, kind and subject of the notice that carries it. */
export interface StatementExpectation<K extends StatementKind> {
  readonly slice: string;
  readonly sliceUID: string;
  readonly kind: K;
  readonly subject: string;
}

/** The latest statement about the same subject that was accepted; kept on disk. */
export interface SeenStatement {
  readonly serial: number;
  /** As {@link VerifiedStatement} had it. */
  readonly digest: string;
}

/** A statement that may be used, as far as verification goes; what it says must still stay inside what was delegated. */
export interface VerifiedStatement<K extends StatementKind> {
  readonly ok: true;
  readonly statement: Statement<K>;
  /** SHA-256 of the text: tells the statement seen last from another with the same serial. */
  readonly digest: string;
}

/** A statement that must not be used. */
export interface RefusedStatement extends StatementRefusal {
  readonly ok: false;
}

/**
 * Verifies a statement of another cluster against the authority that is pinned for that cluster, at a time in milliseconds since 1970.
 *
 * Cheap checks come first, and nothing is parsed before the signature holds, so that strangers reach neither parser nor schema.
 * ```
 * larger than maxStatementBytes                        TooLarge
 * authority expired or not yet valid                   AuthorityExpired
 * signature not 64 bytes, or of another key or text    BadSignature
 * not canonical JSON, too deep, or not the shape       Malformed
 * cluster, project, slice or its UID, kind or subject  WrongCluster, WrongProject, WrongSlice, WrongSubject
 * issued later than now + skew                         NotYetValid
 * expired before now − skew                            Expired
 * serial below the one seen, or equal with other text  SerialNotHigher
 * ```
 * The very statement that was seen last is accepted again: after a restart it is still what holds. Times and serials say when, signatures
 * say who; both are needed, because the board that carries statements is trusted with neither.
 */
export const verifyStatement = <K extends StatementKind>(
  notice: SignedStatement,
  root: Root,
  expected: StatementExpectation<K>,
  seen: SeenStatement | undefined,
  now: number,
): VerifiedStatement<K> | RefusedStatement => {
  const what = `The statement of cluster "${root.cluster}" about ${expected.kind} "${expected.subject}"`;
  const refuse = (code: StatementRefusalCode, why: string): RefusedStatement => ({ ok: false, code, message: `${what} ${why}` });

  const bytes = notice.statement.length > maxStatementBytes ? undefined : Buffer.from(notice.statement, 'utf8');
  if (bytes === undefined || bytes.length > maxStatementBytes)
    return refuse('TooLarge', `has more than ${maxStatementBytes} bytes; it was not read.`);
  if (now < root.notBefore - clockSkewMs || now > root.notAfter + clockSkewMs) {
    const dates = `${new Date(root.notBefore).toISOString()} to ${new Date(root.notAfter).toISOString()}`;
    return refuse(
      'AuthorityExpired',
      `comes from an authority that is valid from ${dates} only; compare the clocks, or renew the authority.`,
    );
  }
  const signature = notice.signature.length > 128 ? undefined : decodeBase64(notice.signature);
  if (signature?.length !== 64 || !verify('sha256', bytes, { key: root.publicKey, dsaEncoding: 'ieee-p1363' }, signature)) {
    return refuse(
      'BadSignature',
      `is not signed by the authority ${root.fingerprint} that is pinned for the cluster; somebody altered or forged it.`,
    );
  }
  const statement = parse(notice.statement);
  if (typeof statement === 'string')
    return refuse('Malformed', `is signed but cannot be used, because of ${statement}; the cluster may run an incompatible version.`);
  const mismatch = mismatchOf(statement, root, expected);
  if (mismatch !== undefined) return refuse(...mismatch);
  if (!isOfKind(statement, expected.kind))
    return refuse('WrongSubject', `is about a ${statement.kind}; somebody moved it to another notice.`);

  const issuedAt = Date.parse(statement.issuedAt);
  const expiresAt = Date.parse(statement.expiresAt);
  if (issuedAt > now + clockSkewMs) {
    return refuse(
      'NotYetValid',
      `was issued at ${statement.issuedAt}, which is in the future here; compare the clocks of the two clusters.`,
    );
  }
  if (expiresAt < now - clockSkewMs) {
    return refuse('Expired', `expired at ${statement.expiresAt} and was not renewed; see whether the worker of that cluster is connected.`);
  }
  const digest = sha256Hex(bytes);
  if (seen !== undefined && (statement.serial < seen.serial || (statement.serial === seen.serial && digest !== seen.digest))) {
    return refuse(
      'SerialNotHigher',
      `has serial ${statement.serial}, but ${seen.serial} was accepted before; an older statement was replayed, or that cluster was restored from a copy.`,
    );
  }
  return { ok: true, statement, digest };
};

/** The statement in a text whose signature holds, or a phrase that says why there is none. */
const parse = (text: string): Statement | string => {
  try {
    return readStatement(parseCanonicalJson(text, statementDepth));
  } catch (error) {
    return Failure.from(error).message;
  }
};

const mismatchOf = (
  statement: Statement,
  root: Root,
  expected: StatementExpectation<StatementKind>,
): [StatementRefusalCode, string] | undefined => {
  if (statement.cluster !== root.cluster)
    return ['WrongCluster', `speaks for cluster "${statement.cluster}"; a cluster speaks only for itself.`];
  if (statement.project !== root.project)
    return ['WrongProject', `was made for project "${statement.project}" and not for "${root.project}".`];
  if (statement.slice !== expected.slice || statement.sliceUID !== expected.sliceUID) {
    return [
      'WrongSlice',
      `was made for slice "${statement.slice}" (${statement.sliceUID}) and not for "${expected.slice}" (${expected.sliceUID}).`,
    ];
  }
  const own = ownSubject(statement);
  if (statement.subject !== expected.subject || (own !== undefined && own !== expected.subject)) {
    const other = statement.subject === expected.subject ? own : statement.subject;
    return ['WrongSubject', `is about "${other}"; somebody moved it to another notice.`];
  }
  return undefined;
};

/** The subject that follows from the body. */
const ownSubject = (statement: Statement): string | undefined => {
  if (isOfKind(statement, 'Node')) return statement.body.node;
  if (isOfKind(statement, 'Export')) return `${statement.body.namespace}/${statement.body.name}`;
  return statement.cluster;
};

const isOfKind = <K extends StatementKind>(statement: Statement, kind: K): statement is Statement<K> => statement.kind === kind;
