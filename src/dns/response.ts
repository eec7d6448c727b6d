import type { Answer, ResourceRecord } from '../plan/names/record.ts';
import { Failure } from '../values/failure.ts';
import { flagBits, headerLength } from './codec/header.ts';
import { responseCodes, typeNumbers } from './codec/numbers.ts';
import { writeRecord } from './codec/record.ts';
import { Writer } from './codec/writer.ts';
import type { Query } from './query.ts';

/** The UDP size announced to clients with EDNS: below every common path MTU, so answers are not fragmented (DNS flag day 2020). */
export const ednsSize = 1232;

/** Largest UDP message for clients without EDNS (RFC 1035 §4.2.1). */
export const plainSize = 512;

const optLength = 11;

/** The flags of the query that a response repeats (RFC 1035 §4.1.1; CD by RFC 4035 §3.1.6). */
const repeatedFlags = flagBits.opcode | flagBits.recursionDesired | flagBits.checkingDisabled;

/**
 * Flags of an answer from our own zone. RA is set although we never recurse (RFC 1035 §4.1.1): the answer is complete, so recursion has nothing to
 * add. Without RA, which the cluster's DNS passes on unchanged, nslookup warns the user ("recursion not available"). A name outside our zone is
 * refused, without RA.
 */
const authorityFlags = (query: Query): number =>
  flagBits.authoritative | ((query.flags & flagBits.recursionDesired) === 0 ? 0 : flagBits.recursionAvailable);

/** The records of an answer, encoded for questions of one name: pointers lead into the question only, so records can be reordered. */
type Encoded = {
  readonly name: string;
  readonly bytes: Buffer;
  /** Where each record starts, and the end of the last one. */
  readonly offsets: readonly number[];
  readonly answers: number;
  readonly authority: number;
  /** False when even the largest message cannot hold all answers. */
  readonly complete: boolean;
};

const noRecords = { bytes: Buffer.alloc(0), offsets: [0], answers: 0, authority: 0, complete: true };

/** The encoded records that a message contains: `answers` of them, cyclically from a chosen one, and the records behind them up to `end`. */
type Selection = { readonly answers: number; readonly end: number; readonly truncated: boolean };

/** The most records that fit into `room` bytes: answers first, then authority. Additional records may be omitted without truncation. */
const select = ({ offsets, answers, authority, complete }: Encoded, first: number, room: number): Selection => {
  const all = offsets.length - 1;
  if (complete && offsets[all]! <= room) return { answers, end: all, truncated: false };
  const size = (record: number): number => offsets[record + 1]! - offsets[record]!;
  let left = room;
  let taken = 0;
  for (; taken < answers; taken++) {
    const next = size((first + taken) % answers);
    if (next > left) break;
    left -= next;
  }
  if (!complete || taken < answers) return { answers: taken, end: answers, truncated: true };
  let end = answers;
  for (; end < all; end++) {
    const next = size(end);
    if (next > left) break;
    left -= next;
  }
  return { answers, end, truncated: end < answers + authority };
};

/**
 * Writes answers as messages. The encoded form is cached as long as the answer object lives. So the records of a service are encoded once for each
 * change of the service, and a response is a header, the client's own question (in its letter case) and a copy.
 */
export class ResponseWriter {
  readonly #scratch = Buffer.alloc(0xffff);
  readonly #encoded = new WeakMap<Answer, Encoded>();

  /**
   * The response to `query`, which `bytes` holds, of at most `limit` bytes.
   *
   * The answers start at record `rotation` (any number from 0) and continue cyclically. When they do not all fit, as many as fit are sent with the
   * truncation bit (RFC 2181 §9). Additional records that do not fit are omitted without the bit.
   */
  write(query: Query, bytes: Buffer, answer: Answer, limit: number, rotation: number): Buffer {
    const encoded = this.#encode(query, answer);
    const { offsets } = encoded;
    const first = encoded.answers > 1 ? rotation % encoded.answers : 0;
    const { answers, end, truncated } = select(encoded, first, limit - query.questionEnd - (query.edns === undefined ? 0 : optLength));
    const straight = Math.min(answers, encoded.answers - first);
    const around = answers - straight;
    const start = offsets[encoded.answers]!;
    const size = offsets[first + straight]! - offsets[first]! + offsets[around]! + offsets[end]! - start;
    const authority = Math.min(end - encoded.answers, encoded.authority);
    const message = frame(query, bytes, {
      flags: (answer.authoritative ? authorityFlags(query) : 0) | (truncated ? flagBits.truncated : 0),
      code: responseCodes[answer.code],
      answers,
      authority,
      additional: end - encoded.answers - authority,
      size,
    });
    let at = query.questionEnd;
    at += encoded.bytes.copy(message, at, offsets[first], offsets[first + straight]);
    at += encoded.bytes.copy(message, at, 0, offsets[around]);
    encoded.bytes.copy(message, at, start, offsets[end]);
    return message;
  }

  #encode(query: Query, answer: Answer): Encoded {
    const known = this.#encoded.get(answer);
    if (known !== undefined && known.name === query.name) return known;
    const encoded = { name: query.name, ...this.#encodeRecords(query.name, answer) };
    this.#encoded.set(answer, encoded);
    return encoded;
  }

  #encodeRecords(name: string, answer: Answer): Omit<Encoded, 'name'> {
    const records: readonly ResourceRecord[] = [...answer.answers, ...answer.authority, ...answer.additional];
    if (records.length === 0) return noRecords;
    const writer = new Writer(this.#scratch);
    writer.raw(Buffer.alloc(headerLength));
    writer.name(name);
    writer.long(0);
    writer.stopLearning();
    const start = writer.offset;
    const offsets = [0];
    for (const record of records) {
      try {
        writeRecord(writer, record);
      } catch (error) {
        if (!Failure.is(error, 'InvalidInput')) throw error;
        break;
      }
      offsets.push(writer.offset - start);
    }
    const written = offsets.length - 1;
    const answers = Math.min(written, answer.answers.length);
    return {
      bytes: Buffer.from(this.#scratch.subarray(start, start + offsets[written]!)),
      offsets,
      answers,
      authority: Math.min(written - answers, answer.authority.length),
      complete: answers === answer.answers.length,
    };
  }
}

/** A response that contains only the code in `query`, with the question when there is one to repeat. */
export const refusal = (query: Query, bytes: Buffer): Buffer =>
  frame(query, bytes, { flags: 0, code: responseCodes[query.code], answers: 0, authority: 0, additional: 0, size: 0 });

/** A message without its records: header, question, `size` bytes for records, OPT. */
const frame = (
  query: Query,
  bytes: Buffer,
  filling: { flags: number; code: number; answers: number; authority: number; additional: number; size: number },
): Buffer => {
  const { questionEnd, edns } = query;
  const message = Buffer.allocUnsafe(questionEnd + filling.size + (edns === undefined ? 0 : optLength));
  bytes.copy(message, headerLength, headerLength, questionEnd);
  message.writeUInt16BE(query.id, 0);
  message.writeUInt16BE(flagBits.response | (query.flags & repeatedFlags) | filling.flags | (filling.code & flagBits.code), 2);
  message.writeUInt16BE(questionEnd === headerLength ? 0 : 1, 4);
  message.writeUInt16BE(filling.answers, 6);
  message.writeUInt16BE(filling.authority, 8);
  message.writeUInt16BE(filling.additional + (edns === undefined ? 0 : 1), 10);
  if (edns !== undefined) {
    const at = message.length - optLength;
    message[at] = 0;
    message.writeUInt16BE(typeNumbers.OPT, at + 1);
    message.writeUInt16BE(ednsSize, at + 3);
    message[at + 5] = filling.code >> 4;
    message[at + 6] = 0;
    message.writeUInt16BE(edns.dnssecOk ? 0x8000 : 0, at + 7);
    message.writeUInt16BE(0, at + 9);
  }
  return message;
};
