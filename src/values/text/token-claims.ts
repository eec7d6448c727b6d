/**
 * The claims of a JWT (RFC 7519), unverified; empty for a text that is not a JWT.
 * Service account tokens have `sub` (the user name), `aud`, and `iat` and `exp` in seconds since 1970.
 */
export const tokenClaims = (token: string): Readonly<Record<string, unknown>> => {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
};
