import type { ResourceRecord } from '../../plan/names/record.ts';
import { Failure } from '../../values/failure.ts';
import { type Header, headerLength, readHeader, writeHeader } from './header.ts';
import { classInternet, typeNumbers } from './numbers.ts';
import { readQuestion, type WireQuestion, writeQuestion } from './question.ts';
import { type RawRecord, readRawRecord, readRecordData, writeRecord } from './record.ts';
import { Writer } from './writer.ts';

/** The OPT pseudo-record (RFC 6891 §6.1), EDNS's extension of header and sections. Options are dropped. */
export type Edns = {
  /** Largest UDP message that the sender accepts, in bytes. */
  readonly size: number;
  readonly version: number;
  /** The upper eight bits of the response code. */
  readonly extendedCode: number;
  readonly dnssecOk: boolean;
};

/** A whole message; `edns` is present when there is an OPT record, which is then not among `additional`. */
export type Message = Header & {
  readonly questions: readonly WireQuestion[];
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly edns?: Edns;
};

const edns = (raw: RawRecord): Edns => ({
  size: raw.class,
  version: (raw.ttl >>> 16) & 0xff,
  extendedCode: raw.ttl >>> 24,
  dnssecOk: (raw.ttl & 0x8000) !== 0,
});

/**
 * Reads a whole message. It refuses, with `InvalidInput`, a message that is malformed, cut off, followed by extra bytes, with two OPT records or with
 * records of another class than IN. It throws nothing else, and its work is bounded by the size of the message.
 */
export const decodeMessage = (bytes: Uint8Array): Message => {
  const { questions: questionCount, answers, authority, additional, ...header } = readHeader(bytes);
  let offset = headerLength;
  const questions: WireQuestion[] = [];
  for (let index = 0; index < questionCount; index++) {
    const read = readQuestion(bytes, offset);
    questions.push(read.question);
    offset = read.end;
  }
  let opt: Edns | undefined;
  const section = (count: number, last: boolean): ResourceRecord[] => {
    const records: ResourceRecord[] = [];
    for (let index = 0; index < count; index++) {
      const raw = readRawRecord(bytes, offset);
      offset = raw.end;
      if (raw.type === typeNumbers.OPT) {
        if (!last || opt !== undefined || raw.name !== '.')
          throw new Failure('InvalidInput', 'The DNS message has a misplaced OPT record.');
        opt = edns(raw);
      } else if (raw.class === classInternet) {
        records.push({ name: raw.name, ttl: raw.ttl, data: readRecordData(bytes, raw) });
      } else {
        throw new Failure('InvalidInput', `The record of ${raw.name} has class ${raw.class}; only class IN is read.`);
      }
    }
    return records;
  };
  const sections = { answers: section(answers, false), authority: section(authority, false), additional: section(additional, true) };
  if (offset !== bytes.length) throw new Failure('InvalidInput', `The DNS message is followed by ${bytes.length - offset} stray bytes.`);
  return { ...header, questions, ...sections, ...(opt === undefined ? {} : { edns: opt }) };
};

/** Writes the OPT record of a message. */
const writeEdns = (writer: Writer, { size, version, extendedCode, dnssecOk }: Edns): void => {
  writer.byte(0);
  writer.word(typeNumbers.OPT);
  writer.word(size);
  writer.byte(extendedCode);
  writer.byte(version);
  writer.word(dnssecOk ? 0x8000 : 0);
  writer.word(0);
};

/** Writes a whole message with compressed names; `InvalidInput` when it exceeds `limit` bytes or cannot be written. */
export const encodeMessage = (message: Message, limit = 0xffff): Buffer => {
  const writer = new Writer(Buffer.allocUnsafe(limit));
  writeHeader(writer, message, {
    questions: message.questions.length,
    answers: message.answers.length,
    authority: message.authority.length,
    additional: message.additional.length + (message.edns === undefined ? 0 : 1),
  });
  for (const question of message.questions) writeQuestion(writer, question);
  for (const record of [...message.answers, ...message.authority, ...message.additional]) writeRecord(writer, record);
  if (message.edns !== undefined) writeEdns(writer, message.edns);
  return writer.bytes;
};
