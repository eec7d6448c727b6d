import { Failure } from '../../values/failure.ts';

/** Longest name on the wire, in bytes, the root's zero byte included (RFC 1035 §2.3.4). */
export const maximumNameLength = 255;

/** Longest label, in bytes (RFC 1035 §2.3.4). */
export const maximumLabelLength = 63;

/**
 * Maximum number of pointers followed for one name: one for each label that a name can have. More would be legal but useless, and long chains of
 * pointers make a small message expensive.
 */
const maximumPointers = 127;

/** A name and where it ended in the message. */
export type ReadName = {
  readonly name: string;
  /** Offset of the first byte after the name in the message (after the first pointer, if there is one). */
  readonly end: number;
};

const dot = 0x2e;
const backslash = 0x5c;

const label = (bytes: Uint8Array, start: number, end: number): string => {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 0x20 && byte < 0x7f && byte !== dot && byte !== backslash) text += String.fromCharCode(byte);
    else text += `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
};

/**
 * Reads the name at `offset` into presentation form, case kept, `.` for the root. A dot inside a label is read as `\046`, so that a literal dot
 * always separates two labels.
 *
 * A compression pointer must point before the run of labels that contains it, so every jump goes back and a loop is impossible (RFC 1035 §4.1.4).
 * `InvalidInput` for names over 255 bytes, label types other than the two of RFC 1035, and a name that exceeds the message.
 */
export const readName = (bytes: Uint8Array, offset: number): ReadName => {
  let name = '';
  let length = 1;
  let at = offset;
  let runStart = offset;
  let end = -1;
  let pointers = 0;
  for (;;) {
    const size = bytes[at];
    if (size === undefined) throw new Failure('InvalidInput', `The DNS message ends inside the name at byte ${offset}.`);
    if (size === 0) break;
    if (size > maximumLabelLength) {
      const low = bytes[at + 1];
      if (size < 0xc0 || low === undefined) {
        throw new Failure('InvalidInput', `The DNS name at byte ${offset} has a label type that RFC 1035 does not know.`);
      }
      if (end === -1) end = at + 2;
      const target = ((size & 0x3f) << 8) | low;
      if (++pointers > maximumPointers) throw new Failure('InvalidInput', `The DNS name at byte ${offset} follows more than 127 pointers.`);
      if (target >= runStart) throw new Failure('InvalidInput', `The DNS name at byte ${offset} points forward or to itself.`);
      at = target;
      runStart = target;
      continue;
    }
    const next = at + 1 + size;
    length += 1 + size;
    if (next > bytes.length) throw new Failure('InvalidInput', `The DNS message ends inside the name at byte ${offset}.`);
    if (length > maximumNameLength) throw new Failure('InvalidInput', `The DNS name at byte ${offset} is longer than 255 bytes.`);
    name += name === '' ? label(bytes, at + 1, next) : `.${label(bytes, at + 1, next)}`;
    at = next;
  }
  return { name: name === '' ? '.' : name, end: end === -1 ? at + 1 : end };
};

/**
 * The labels of a presentation-form name as bytes, in latin1 strings, escapes resolved; empty for the root.
 *
 * A trailing dot is allowed. `InvalidInput` for empty or too long labels, names over 255 bytes, broken escapes and characters beyond one byte.
 */
export const labelsOf = (name: string): readonly string[] => {
  if (name === '.') return [];
  const labels: string[] = [];
  let current = '';
  let length = 1;
  const close = (): void => {
    if (current === '') throw new Failure('InvalidInput', `The DNS name "${name}" has an empty label.`);
    if (current.length > maximumLabelLength) throw new Failure('InvalidInput', `The DNS name "${name}" has a label longer than 63 bytes.`);
    length += 1 + current.length;
    labels.push(current);
    current = '';
  };
  for (let at = 0; at < name.length; at++) {
    const character = name[at]!;
    if (character === '.') {
      close();
      if (at === name.length - 1) return checked(name, labels, length);
    } else if (character === '\\') {
      const decimal = /^[0-9]{3}/.exec(name.slice(at + 1, at + 4))?.[0];
      const literal = decimal === undefined ? name[at + 1] : String.fromCharCode(Number(decimal));
      if (literal === undefined || literal.charCodeAt(0) > 0xff)
        throw new Failure('InvalidInput', `The DNS name "${name}" has a broken escape.`);
      current += literal;
      at += decimal === undefined ? 1 : 3;
    } else {
      if (character.charCodeAt(0) > 0xff) throw new Failure('InvalidInput', `The DNS name "${name}" has a character beyond one byte.`);
      current += character;
    }
  }
  close();
  return checked(name, labels, length);
};

const checked = (name: string, labels: readonly string[], length: number): readonly string[] => {
  if (length > maximumNameLength) throw new Failure('InvalidInput', `The DNS name "${name}" is longer than 255 bytes.`);
  return labels;
};
