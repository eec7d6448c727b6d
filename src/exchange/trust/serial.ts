/**
 * The serial after `last`, at a time in milliseconds since 1970: the time in microseconds if it is higher, else `last + 1`.
 * A cluster that lost its state continues above all its earlier serials, unless its clock was set back. 2⁵³ µs end in the year 2255.
 */
export const nextSerial = (last: number, now: number): number => Math.max(last + 1, Math.floor(now) * 1000);
