/** The end of a text that was cut. */
const mark = ' … (cut)';

/**
 * The text unchanged, or its beginning and a mark when it has more than `maxBytes` bytes of UTF-8. The result never exceeds `maxBytes` and never
 * splits a character. `maxBytes` must have room for the mark.
 */
export const boundedText = (text: string, maxBytes: number): string => {
  // No character has more than three bytes for each unit of UTF-16, so most texts need not be encoded.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes - Buffer.byteLength(mark);
  // Bytes that begin with the bits 10 continue a character (RFC 3629 §3).
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + mark;
};
