import * as z from 'zod';
import { readCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';
import { isDnsLabel, isDnsSubdomain } from '../../values/text/names.ts';

/**
 * The fields of statements. Every text has a maximum length and no control characters, because other clusters put it into messages, logs and
 * terminals.
 */

/** A DNS label (RFC 1123). */
export const label = z.string().refine(isDnsLabel, 'is not a DNS label');
/** A DNS subdomain (RFC 1123), such as the name of a node. */
export const subdomain = z.string().refine(isDnsSubdomain, 'is not a DNS name');
/** The canonical text of an IPv4 or IPv6 address. */
export const ip = z.string().refine((text) => readIp(text) !== undefined, 'is not an IP address');
/** One address, or one of each family. */
export const addresses = z
  .array(ip)
  .min(1)
  .max(2)
  .refine((all) => new Set(all.map((one) => one.includes(':'))).size === all.length, 'has two addresses of one family');
/** The canonical text of an address block. */
export const cidr = z.string().refine((text) => !('fault' in readCidr(text)), 'is not an address block');
/** A port number. */
export const port = z.int().min(1).max(65535);
/** A number of things; JavaScript counts exactly up to 2⁵³. */
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** A point in time (RFC 3339), in UTC, with at most nanoseconds. */
export const time = z.iso.datetime().max(30);
/** One line of at most `max` characters, without control or formatting characters. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'has control characters');
/** The text as {@link line} allows it: forbidden characters become spaces, and a long text is cut. */
export const toLine = (text: string, max: number): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, max)
    // Half a character at the cut cannot be signed.
    .toWellFormed();
