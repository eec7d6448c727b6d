/**
 * The serial after `last`, at a time in milliseconds since 1970: microseconds where the clock goes forward, and one more where it does not.
 *
 * A cluster that lost its memory goes on above everything it ever issued, unless its clock was set back; 2⁵³ µs end in the year 2255.
 */
export const nextSerial = (last: number, now: number): number => Math.max(last + 1, Math.floor(now) * 1000);
