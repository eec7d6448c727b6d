import { flagBits, headerLength } from './codec/header.ts';
import { readLong, readWord } from './codec/integers.ts';
import { maximumLabelLength, maximumNameLength, readName } from './codec/name.ts';
import { classInternet, opcodeQuery, type ResponseCode, typeName, typeNumbers } from './codec/numbers.ts';

/** A message as a server sees it: either a question to answer, or a code to refuse it with. */
export type Query = {
  readonly id: number;
  /** The second 16 bits of the header as received; a response repeats some of them. */
  readonly flags: number;
  /** `NOERROR` when there is a question to answer; otherwise the code of the refusal. */
  readonly code: ResponseCode;
  /** End of the question in the message; end of the header when there is no question to repeat. */
  readonly questionEnd: number;
  /** The requested name, lower case, presentation form; empty when there is none. */
  readonly name: string;
  readonly type: string;
  /** The client's OPT record (RFC 6891), if there is one: `size` is the largest UDP message that it accepts. */
  readonly edns: { readonly size: number; readonly dnssecOk: boolean } | undefined;
};

const question = 4;
const recordHead = 10;

const dot = 0x2e;

/** For each byte its lower case when host names may have it (letters, digits, dash, underscore), otherwise 0. */
const hostNameBytes: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[-a-z0-9_]/i.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

/** Offset after a name, without following pointers; -1 when it exceeds the message or has an unknown label type. */
const skipName = (bytes: Uint8Array, offset: number): number => {
  for (let at = offset; ; ) {
    const size = bytes[at];
    if (size === undefined) return -1;
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2;
    if (size > maximumLabelLength) return -1;
    at += 1 + size;
  }
};

/**
 * Reads queries. One reader serves one thread: it keeps a buffer to lower the case of names, so that an ordinary name costs one pass and one string.
 *
 * It interprets only what a server needs, with work bounded by the message: the question, and the OPT record among the additional ones. `undefined`
 * means to send nothing: the message is not a query, and an answer could start a loop between two servers.
 */
export class QueryReader {
  readonly #scratch = Buffer.alloc(maximumNameLength);
  #isHostName = true;

  read(bytes: Buffer): Query | undefined {
    if (bytes.length < headerLength) return undefined;
    const id = readWord(bytes, 0);
    const flags = readWord(bytes, 2);
    if ((flags & flagBits.response) !== 0) return undefined;
    const refused = (code: ResponseCode): Query => ({ id, flags, code, questionEnd: headerLength, name: '', type: '', edns: undefined });
    if ((flags & flagBits.opcode) >> 11 !== opcodeQuery) return refused('NOTIMP');
    // Exactly one question (RFC 9619), and no records in the sections of responses.
    if (readWord(bytes, 4) !== 1 || readLong(bytes, 6) !== 0) return refused('FORMERR');

    const nameEnd = this.#fold(bytes);
    const questionEnd = nameEnd + question;
    if (nameEnd === -1 || questionEnd > bytes.length) return refused('FORMERR');
    const name = this.#name(bytes, nameEnd);
    const type = readWord(bytes, nameEnd);
    const seen = { id, flags, questionEnd, name, type: typeName(type) };

    const count = readWord(bytes, 10);
    let edns: Query['edns'];
    let version = 0;
    let at = questionEnd;
    for (let index = 0; index < count; index++) {
      const head = skipName(bytes, at);
      if (head === -1 || head + recordHead > bytes.length) return refused('FORMERR');
      if (readWord(bytes, head) === typeNumbers.OPT) {
        // At most one OPT, and its name is the root (RFC 6891 §6.1.1).
        if (edns !== undefined || head !== at + 1) return refused('FORMERR');
        const rest = readLong(bytes, head + 4);
        edns = { size: readWord(bytes, head + 2), dnssecOk: (rest & 0x8000) !== 0 };
        version = (rest >>> 16) & 0xff;
      }
      at = head + recordHead + readWord(bytes, head + 8);
      if (at > bytes.length) return refused('FORMERR');
    }
    if (at !== bytes.length || type === typeNumbers.OPT) return refused('FORMERR');
    if (version !== 0) return { ...seen, code: 'BADVERS', edns };
    if (readWord(bytes, nameEnd + 2) !== classInternet) return { ...seen, code: 'REFUSED', edns };
    return { ...seen, code: 'NOERROR', edns };
  }

  /**
   * Copies the question's name into the scratch buffer in lower case, with dots between labels. Returns the offset after the name; -1 when it is
   * malformed or compressed, for which the first name of a message has no reason.
   */
  #fold(bytes: Buffer): number {
    const scratch = this.#scratch;
    this.#isHostName = true;
    let at = headerLength;
    let length = 0;
    for (;;) {
      const size = bytes[at];
      if (size === undefined || size > maximumLabelLength) return -1;
      if (size === 0) break;
      const end = at + 1 + size;
      if (end > bytes.length || length + size + 2 > maximumNameLength) return -1;
      for (at++; at < end; at++) {
        const folded = hostNameBytes[bytes[at]!]!;
        if (folded === 0) this.#isHostName = false;
        scratch[length++] = folded;
      }
      scratch[length++] = dot;
    }
    return at + 1;
  }

  #name(bytes: Buffer, nameEnd: number): string {
    const length = nameEnd - headerLength - 2;
    if (length <= 0) return '.';
    // Other bytes need escapes; the presentation form is ASCII, so lowering its case is safe.
    return this.#isHostName ? this.#scratch.toString('latin1', 0, length) : readName(bytes, headerLength).name.toLowerCase();
  }
}
