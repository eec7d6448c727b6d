/**
 * What a DNS question and its answer are made of, with every name in presentation form (RFC 1035 §5.1): labels joined by dots, no
 * trailing dot, `.` alone for the root; a byte that is no printable character, a dot or a backslash inside a label is written `\DDD`.
 *
 * Types are mnemonics; only the codec knows their numbers. A type it has no mnemonic for is `TYPE<number>` (RFC 3597 §5).
 */

/** The typed content of one record; `Other` carries what we do not interpret. */
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

/** What is asked, class IN: the name in lower case (RFC 4343: case never decides), the type as a mnemonic such as `A`, `ANY` or `TYPE65280`. */
export type Question = {
  readonly name: string;
  readonly type: string;
};

/** The outcomes that the zone itself can decide; malformed and unsupported messages are the server's business. */
export type AnswerCode = 'NOERROR' | 'NXDOMAIN' | 'REFUSED';

/**
 * What is to be said about a question. Objects are immutable, and the same one is given again as long as nothing behind it has changed,
 * so a server may keep the encoded form with it.
 */
export type Answer = {
  readonly code: AnswerCode;
  /** Set when the name lies in a zone of ours. */
  readonly authoritative: boolean;
  /** One whole record set; its order means nothing, a server may rotate it. */
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Left out, last first, when the message would be too large; never a reason to call it truncated. */
  readonly additional: readonly ResourceRecord[];
};
