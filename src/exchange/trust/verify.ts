import { verify } from 'node:crypto';
import { maxStatementBytes } from '../../api/notice/schema.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import type { Root } from '../../identity/root.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusal, StatementRefusalCode } from '../../values/statement-refusal.ts';
import { decodeBase64 } from '../../values/text/base64.ts';
import { parseCanonicalJson } from '../../values/text/canonical-json.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { concerns, readStatement, type Stated } from '../statement/statement.ts';
import type { SignedStatement } from './issue.ts';
import { clockSkewMs, statementLifetimeMs } from './lifetime.ts';
import { signerOf } from './signer.ts';

/** How deep a statement may nest; the deepest honest one has five levels. */
const statementDepth = 12;

/** The expected subject of a statement: the slice of the board, and the kind and subject of the notice that carries it. */
export interface StatementExpectation<K extends StatementKind = StatementKind> {
  readonly slice: string;
  readonly sliceUID: string;
  readonly kind: K;
  readonly subject: string;
}

/** A statement or tombstone that passed verification; its content must still be compared with what was delegated. */
export interface Verified {
  readonly ok: true;
  readonly stated: Stated;
  /** SHA-256 of the text: distinguishes two statements with the same serial. */
  readonly digest: string;
  /** Expiry in milliseconds since 1970, by the receiver's clock. */
  readonly expiresAt: number;
}

/** A statement that must not be used. */
export interface Refused extends StatementRefusal {
  readonly ok: false;
}

/**
 * Verifies a statement of another cluster against its pinned authority, at a time in milliseconds since 1970.
 *
 * Cheap checks come first. Nothing is parsed before the signature is verified, so that strangers reach neither parser nor schema.
 * ```
 * larger than maxStatementBytes                             TooLarge
 * authority or signer expired or not yet valid              AuthorityExpired
 * chain, or signature not 64 bytes or of another key        BadSignature
 * any chain, for a statement of a cluster about itself      BadSignature
 * not canonical JSON, too deep, not the shape, critical     Malformed
 * cluster, project, slice or its UID, kind or subject       WrongCluster, WrongProject, WrongSlice, WrongSubject
 * holds for longer than statementLifetimeMs, or for none    LifetimeTooLong
 * issued after now + statementLifetimeMs                    NotYetValid
 * expired before now − skew                                 Expired
 * ```
 * A statement from the future is accepted, up to one lifetime ahead: one of the two clocks is wrong, and serials, not clocks, order statements. It
 * holds for at most {@link statementLifetimeMs} from now.
 */
export const verifyStatement = (notice: SignedStatement, root: Root, expected: StatementExpectation, now: number): Verified | Refused => {
  const what = `The statement of cluster "${root.cluster}" about ${expected.kind} "${expected.subject}"`;
  const refuse = (code: StatementRefusalCode, why: string): Refused => ({ ok: false, code, message: `${what} ${why}` });

  const bytes = notice.statement.length > maxStatementBytes ? undefined : Buffer.from(notice.statement, 'utf8');
  if (bytes === undefined || bytes.length > maxStatementBytes)
    return refuse('TooLarge', `has more than ${maxStatementBytes} bytes; it was not read.`);
  if (now < root.notBefore - statementLifetimeMs || now > root.notAfter + clockSkewMs) {
    const dates = `${new Date(root.notBefore).toISOString()} to ${new Date(root.notAfter).toISOString()}`;
    return refuse('AuthorityExpired', `comes from an authority that is valid from ${dates}; compare the clocks, or renew the authority.`);
  }
  // Such a statement claims blocks and names authorities, so a stolen signer must not make one.
  if (expected.kind === 'Cluster' && (notice.chain ?? []).length > 0)
    return refuse(
      'BadSignature',
      'is signed with a certificate below the authority; a cluster states what it is with the authority itself.',
    );
  const signer = signerOf(notice.chain ?? [], root);
  if (typeof signer === 'string') return refuse('BadSignature', `${signer}; the notice was altered or forged.`);
  const signature = notice.signature.length > 128 ? undefined : decodeBase64(notice.signature);
  if (signature?.length !== 64 || !verify('sha256', bytes, { key: signer.publicKey, dsaEncoding: 'ieee-p1363' }, signature)) {
    return refuse(
      'BadSignature',
      `is not signed by the authority ${root.fingerprint} that is pinned for the cluster; the notice was altered or forged.`,
    );
  }
  const stated = parse(notice.statement);
  if (typeof stated === 'string')
    return refuse('Malformed', `is signed but cannot be used, because of ${stated}; the cluster may run an incompatible version.`);
  const mismatch = mismatchOf(stated, root, expected);
  if (mismatch !== undefined) return refuse(...mismatch);

  const issuedAt = Date.parse(stated.issuedAt);
  const expiresAt = Date.parse(stated.expiresAt);
  // Written in this form so that it also refuses invalid times.
  if (!(expiresAt > issuedAt && expiresAt - issuedAt <= statementLifetimeMs)) {
    return refuse(
      'LifetimeTooLong',
      `claims to hold from ${stated.issuedAt} to ${stated.expiresAt}; 7 days are the longest lifetime that is accepted.`,
    );
  }
  if (issuedAt < signer.notBefore - clockSkewMs || issuedAt > signer.notAfter + clockSkewMs)
    return refuse('AuthorityExpired', `was issued at ${stated.issuedAt}, when the certificate that signed it was not valid.`);
  if (issuedAt > now + statementLifetimeMs)
    return refuse('NotYetValid', `was issued at ${stated.issuedAt}, more than 7 days ahead of the clock here; compare the clocks.`);
  if (expiresAt < now - clockSkewMs) return { ok: false, ...expired({ ...expected, cluster: root.cluster }, stated) };
  return { ok: true, stated, digest: sha256Hex(bytes), expiresAt: Math.min(expiresAt, now + statementLifetimeMs) };
};

/** The refusal of an expired statement. */
export const expired = (
  { cluster, kind, subject }: { readonly cluster: string; readonly kind: StatementKind; readonly subject: string },
  { expiresAt }: Stated,
): StatementRefusal => ({
  code: 'Expired',
  message: `The statement of cluster "${cluster}" about ${kind} "${subject}" expired at ${expiresAt} and was not renewed; check whether the worker of that cluster is connected.`,
});

/** The statement in a text with a verified signature, or a phrase that states why there is none. */
const parse = (text: string): Stated | string => {
  try {
    return readStatement(parseCanonicalJson(text, statementDepth));
  } catch (error) {
    return Failure.from(error).message;
  }
};

const mismatchOf = (stated: Stated, root: Root, expected: StatementExpectation): [StatementRefusalCode, string] | undefined => {
  if (stated.cluster !== root.cluster)
    return ['WrongCluster', `names cluster "${stated.cluster}" as its author; a cluster signs statements about itself only.`];
  if (stated.project !== root.project) return ['WrongProject', `was made for project "${stated.project}" and not for "${root.project}".`];
  if (!concerns(stated, expected)) {
    return [
      'WrongSlice',
      `was made for slice "${stated.slice}" (${stated.sliceUID}) and not for "${expected.slice}" (${expected.sliceUID}).`,
    ];
  }
  if (stated.kind !== expected.kind) return ['WrongSubject', `is about a ${stated.kind}; it was moved to another notice.`];
  return stated.subject === expected.subject
    ? undefined
    : ['WrongSubject', `is about "${stated.subject}"; it was moved to another notice.`];
};
