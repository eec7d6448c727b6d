/**
 * The types of DNS questions and answers. Every name is in presentation form (RFC 1035 §5.1): labels joined by dots, no trailing dot, `.` alone for
 * the root. A byte in a label that is not a printable character, a dot or a backslash is written `\DDD`.
 *
 * Types are mnemonics; only the codec knows their numbers. A type without a mnemonic is `TYPE<number>` (RFC 3597 §5).
 */

/** The typed content of one record; `Other` holds uninterpreted content. */
export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: string }
  | { readonly type: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
  | StartOfAuthority
  | { readonly type: 'Other'; readonly code: number; readonly bytes: Uint8Array };

/** RFC 1035 §3.3.13; the times are seconds. `minimum` is the negative TTL (RFC 2308 §4). */
export type StartOfAuthority = {
  readonly type: 'SOA';
  readonly primary: string;
  readonly mailbox: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
};

/** One record of class IN. `ttl` is seconds. */
export type ResourceRecord = {
  readonly name: string;
  readonly ttl: number;
  readonly data: RecordData;
};

/**
 * A question of class IN: the name in lower case (RFC 4343: names compare without case), the type as a mnemonic such as `A`, `ANY` or `TYPE65280`.
 */
export type Question = {
  readonly name: string;
  readonly type: string;
};

/** The outcomes that the zone itself decides; the server handles malformed and unsupported messages. */
export type AnswerCode = 'NOERROR' | 'NXDOMAIN' | 'REFUSED';

/**
 * The answer to a question. Objects are immutable, and the same object is returned as long as its data has not changed, so a server may cache the
 * encoded form with it.
 */
export type Answer = {
  readonly code: AnswerCode;
  /** Set when the name is in our zone. */
  readonly authoritative: boolean;
  /** One whole record set in any order; a server may rotate it. */
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Dropped, last first, when the message would be too large; never a reason for truncation. */
  readonly additional: readonly ResourceRecord[];
};
