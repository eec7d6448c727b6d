/** An IPv4 address as an unsigned 32-bit number; `typeof` distinguishes it from an {@link Ipv6}. */
export type Ipv4 = number;

/**
 * Reads dotted decimal notation, strictly: four parts of 0–255, no leading zeros, no spaces, nothing else.
 *
 * `010.0.0.1` is refused because some readers take it for octal 8.0.0.1 (CVE-2021-29923); `undefined` means refused.
 */
export const parseIpv4 = (text: string): Ipv4 | undefined => {
  if (text.length < 7 || text.length > 15) return undefined;
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || ++dots > 3) return undefined;
      value = value * 256 + part;
      part = -1;
    } else if (code >= 48 && code <= 57) {
      if (part === 0) return undefined;
      part = Math.max(part, 0) * 10 + code - 48;
      if (part > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return part < 0 || dots !== 3 ? undefined : value * 256 + part;
};

/** Dotted decimal notation of an address. */
export const formatIpv4 = (ip: Ipv4): string => `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
