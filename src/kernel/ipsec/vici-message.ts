import { Failure } from '../../values/failure.ts';

/** A section of a message of vici, strongSwan's control protocol (README.vici §"Message format"): values, lists of values, and sections. */
export interface ViciSection {
  readonly [key: string]: ViciValue;
}

/** A value of a {@link ViciSection}. Received values are text in UTF-8; what is binary in them is lost, and nothing here reads such values. */
export type ViciValue = string | readonly string[] | ViciSection;

/** Types of the elements of a message. */
const element = { sectionStart: 1, sectionEnd: 2, keyValue: 3, listStart: 4, listItem: 5, listEnd: 6 } as const;

/** How deep sections of a received message may nest; those of charon have five levels. */
const maxDepth = 16;

const isList = (value: ViciValue): value is readonly string[] => Array.isArray(value);

/** A name: its length in one byte, and its bytes. `InvalidInput` when it is longer. */
export const viciName = (name: string): Buffer => {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length === 0 || bytes.length > 255)
    throw new Failure('InvalidInput', `A name in a message to charon has ${bytes.length} bytes; it may have 1 to 255.`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
};

const valueBytes = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length > 0xffff)
    throw new Failure('InvalidInput', `A value in a message to charon has ${bytes.length} bytes; it may have 65,535.`);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** Encodes a message; `InvalidInput` for names and values that the format cannot hold. */
export const encodeVici = (section: ViciSection): Buffer =>
  Buffer.concat(
    Object.entries(section).flatMap(([key, value]) => {
      const name = viciName(key);
      if (typeof value === 'string') return [Buffer.of(element.keyValue), name, valueBytes(value)];
      if (isList(value))
        return [
          Buffer.of(element.listStart),
          name,
          ...value.flatMap((item) => [Buffer.of(element.listItem), valueBytes(item)]),
          Buffer.of(element.listEnd),
        ];
      return [Buffer.of(element.sectionStart), name, encodeVici(value), Buffer.of(element.sectionEnd)];
    }),
  );

/** Reads a message; `InvalidInput` for bytes that are none. */
export const decodeVici = (bytes: Buffer): ViciSection => {
  const malformed = (): Failure =>
    new Failure('InvalidInput', 'A message from charon is malformed; the installed strongSwan is not supported.');
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw malformed();
    at += count;
    return bytes.subarray(at - count, at);
  };
  const name = (): string => take(take(1)[0] ?? 0).toString('utf8');
  const value = (): string => take(take(2).readUInt16BE()).toString('utf8');
  const list = (): string[] => {
    const items: string[] = [];
    for (;;) {
      const type = take(1)[0];
      if (type === element.listEnd) return items;
      if (type !== element.listItem) throw malformed();
      items.push(value());
    }
  };
  const section = (depth: number): ViciSection => {
    if (depth > maxDepth) throw malformed();
    const found = new Map<string, ViciValue>();
    for (;;) {
      // Only the message itself ends with its bytes.
      if (depth === 0 && at === bytes.length) break;
      const type = take(1)[0];
      if (type === element.sectionEnd && depth > 0) break;
      if (type === element.keyValue) found.set(name(), value());
      else if (type === element.listStart) found.set(name(), list());
      else if (type === element.sectionStart) found.set(name(), section(depth + 1));
      else throw malformed();
    }
    return Object.fromEntries(found);
  };
  return section(0);
};
