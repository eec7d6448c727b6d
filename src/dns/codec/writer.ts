import { Failure } from '../../values/failure.ts';
import { labelsOf } from './name.ts';

/** Compression pointers have 14 bits (RFC 1035 §4.1.4). */
const furthestPointer = 0x3fff;

/**
 * A message being written: a buffer with a fixed limit, and the names written so far, for compression.
 *
 * Exceeding the limit throws `InvalidInput`; `rewind` removes a half-written record.
 */
export class Writer {
  readonly #bytes: Buffer;
  readonly #names = new Map<string, number>();
  #learns = true;
  #offset = 0;

  /** The message is written into `bytes` from the start; its length is the limit. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The written bytes, without a copy. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#offset);
  }

  /** From now on names are compressed only against those written before, so what follows may be reordered or left out. */
  stopLearning(): void {
    this.#learns = false;
  }

  /** Forgets everything from `offset` on. */
  rewind(offset: number): void {
    this.#offset = offset;
    for (const [suffix, at] of this.#names) if (at >= offset) this.#names.delete(suffix);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#offset++] = value;
  }

  word(value: number): void {
    this.#reserve(2);
    this.#offset = this.#bytes.writeUInt16BE(value, this.#offset);
  }

  long(value: number): void {
    this.#reserve(4);
    this.#offset = this.#bytes.writeUInt32BE(value, this.#offset);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#offset);
    this.#offset += value.length;
  }

  /** Overwrites two bytes written earlier, for lengths known afterwards. */
  patchWord(offset: number, value: number): void {
    this.#bytes.writeUInt16BE(value, offset);
  }

  /**
   * Writes a presentation-form name. With `compress` (the default) the longest suffix already in the message becomes a pointer; suffixes compare
   * without case (RFC 4343). Turn it off for types whose content must not be compressed (RFC 3597 §4, RFC 2782).
   */
  name(name: string, compress = true): void {
    const labels = labelsOf(name);
    const suffixes: string[] = [];
    for (let index = labels.length - 1, rest = ''; index >= 0; index--) {
      rest = keyOf(labels[index]!) + rest;
      suffixes[index] = rest;
    }
    for (const [index, text] of labels.entries()) {
      const suffix = suffixes[index]!;
      const target = compress ? this.#names.get(suffix) : undefined;
      if (target !== undefined) {
        this.word(0xc000 | target);
        return;
      }
      if (this.#learns && compress && this.#offset <= furthestPointer) this.#names.set(suffix, this.#offset);
      this.byte(text.length);
      this.#reserve(text.length);
      this.#offset += this.#bytes.write(text, this.#offset, 'latin1');
    }
    this.byte(0);
  }

  #reserve(size: number): void {
    if (this.#offset + size > this.#bytes.length) {
      throw new Failure('InvalidInput', `The DNS message does not fit into ${this.#bytes.length} bytes.`);
    }
  }
}

const keyOf = (label: string): string => `${String.fromCharCode(label.length)}${lowerAscii(label)}`;

/** ASCII letters only: RFC 4343 §3 leaves every other byte as it is. */
const lowerAscii = (label: string): string => (/[A-Z]/.test(label) ? label.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : label);
