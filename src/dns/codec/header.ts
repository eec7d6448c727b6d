import { Failure } from '../../values/failure.ts';
import { readWord } from './integers.ts';
import type { Writer } from './writer.ts';

/** Bytes of a message before its first question. */
export const headerLength = 12;

/** The flag bits in the second 16 bits of the header (RFC 1035 §4.1.1; AD and CD from RFC 4035). */
export const flagBits = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
  code: 0x000f,
} as const;

/** The fixed part of a message. `code` is the low four bits only; EDNS carries the rest. */
export type Header = {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  readonly code: number;
};

/** How many entries each section of the message has. */
export type Counts = {
  readonly questions: number;
  readonly answers: number;
  readonly authority: number;
  readonly additional: number;
};

/** Reads the twelve bytes at the start of a message; `InvalidInput` when there are fewer. */
export const readHeader = (bytes: Uint8Array): Header & Counts => {
  if (bytes.length < headerLength) throw new Failure('InvalidInput', `A DNS message has at least 12 bytes, this one has ${bytes.length}.`);
  const flags = readWord(bytes, 2);
  return {
    id: readWord(bytes, 0),
    response: (flags & flagBits.response) !== 0,
    opcode: (flags & flagBits.opcode) >> 11,
    authoritative: (flags & flagBits.authoritative) !== 0,
    truncated: (flags & flagBits.truncated) !== 0,
    recursionDesired: (flags & flagBits.recursionDesired) !== 0,
    recursionAvailable: (flags & flagBits.recursionAvailable) !== 0,
    authenticData: (flags & flagBits.authenticData) !== 0,
    checkingDisabled: (flags & flagBits.checkingDisabled) !== 0,
    code: flags & flagBits.code,
    questions: readWord(bytes, 4),
    answers: readWord(bytes, 6),
    authority: readWord(bytes, 8),
    additional: readWord(bytes, 10),
  };
};

/** Writes the twelve bytes at the start of a message. */
export const writeHeader = (writer: Writer, header: Header, counts: Counts): void => {
  writer.word(header.id);
  writer.word(
    (header.response ? flagBits.response : 0) |
      ((header.opcode & 0xf) << 11) |
      (header.authoritative ? flagBits.authoritative : 0) |
      (header.truncated ? flagBits.truncated : 0) |
      (header.recursionDesired ? flagBits.recursionDesired : 0) |
      (header.recursionAvailable ? flagBits.recursionAvailable : 0) |
      (header.authenticData ? flagBits.authenticData : 0) |
      (header.checkingDisabled ? flagBits.checkingDisabled : 0) |
      (header.code & flagBits.code),
  );
  writer.word(counts.questions);
  writer.word(counts.answers);
  writer.word(counts.authority);
  writer.word(counts.additional);
};
