import { Failure } from '../../values/failure.ts';
import { readWord } from './integers.ts';
import { readName } from './name.ts';
import { typeName, typeNumber } from './numbers.ts';
import type { Writer } from './writer.ts';

/** A question as it is in a message: the letter case of the client, the class as a number (1 is IN). */
export type WireQuestion = {
  readonly name: string;
  readonly type: string;
  readonly class: number;
};

/** Reads the question at `offset` and returns its end; `InvalidInput` when it is malformed or cut off. */
export const readQuestion = (bytes: Uint8Array, offset: number): { readonly question: WireQuestion; readonly end: number } => {
  const { name, end } = readName(bytes, offset);
  if (end + 4 > bytes.length) throw new Failure('InvalidInput', 'The DNS message ends inside a question.');
  const type = readWord(bytes, end);
  const questionClass = readWord(bytes, end + 2);
  return { question: { name, type: typeName(type), class: questionClass }, end: end + 4 };
};

/** Writes a question; `InvalidInput` for a type without a number. */
export const writeQuestion = (writer: Writer, question: WireQuestion): void => {
  const type = typeNumber(question.type);
  if (type === undefined) throw new Failure('InvalidInput', `"${question.type}" is not a DNS record type; use a mnemonic or TYPE<number>.`);
  writer.name(question.name);
  writer.word(type);
  writer.word(question.class);
};
