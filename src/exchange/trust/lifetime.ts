/** How long a statement holds, in milliseconds; receivers refuse a longer lifetime. */
export const statementLifetimeMs = 7 * 24 * 3_600_000;

/** How far the clocks of two clusters may differ without any effect, in milliseconds. */
export const clockSkewMs = 5 * 60_000;

/** Longest validity of a certificate that signs statements for an authority, in milliseconds. */
export const signerLifetimeMs = 24 * 3_600_000;
