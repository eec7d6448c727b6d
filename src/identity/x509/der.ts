/**
 * DER (ITU-T X.690), as far as certificates need it. The X.509 library costs 24 MB of memory and is slow to load, so what runs in a cluster does
 * without.
 */

/** One element with its tag, length and content. */
export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length;
  const head = length < 0x80 ? [length] : length < 0x1_00 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};

/** SEQUENCE. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);

/** INTEGER from the bytes of a number without sign, the highest first. */
export const integer = (bytes: Uint8Array): Buffer => {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first += 1;
  const short = bytes.subarray(first);
  return (short[0] ?? 0) >= 0x80 ? tlv(0x02, Buffer.of(0), short) : tlv(0x02, short);
};

/** OBJECT IDENTIFIER from its encoded content in hexadecimal. */
export const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

/** UTF8String. */
export const utf8 = (value: string): Buffer => tlv(0x0c, Buffer.from(value, 'utf8'));

/** A date of a certificate (RFC 5280 §4.1.2.5): two digits for years before 2050, four after. `ms` is in milliseconds since 1970. */
export const certificateTime = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return new Date(ms).getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
};

/** The elements inside of an element, each whole. Throws `RangeError` for bytes that are not DER with lengths below 2²⁴. */
export const elementsOf = (element: Uint8Array): Uint8Array[] => {
  const whole = extentAt(element, 0);
  const found: Uint8Array[] = [];
  for (let at = whole.content; at < whole.end; ) {
    const { end } = extentAt(element, at);
    if (end > whole.end) throw new RangeError('An element is longer than the one that contains it.');
    found.push(element.subarray(at, end));
    at = end;
  }
  return found;
};

/** Where the content of the element at an offset begins, and where the element ends. */
const extentAt = (bytes: Uint8Array, at: number): { readonly content: number; readonly end: number } => {
  const first = bytes[at + 1] ?? 0x80;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || more > 3) throw new RangeError('A length is not one of DER.');
  let length = more === 0 ? first : 0;
  for (let index = 0; index < more; index += 1) length = length * 0x1_00 + (bytes[at + 2 + index] ?? 0);
  const content = at + 2 + more;
  if (content + length > bytes.length) throw new RangeError('An element is longer than its bytes.');
  return { content, end: content + length };
};
