import { tokenClaims } from '../../values/text/token-claims.ts';

/** The times of a service account token, by the clock of the hub, in milliseconds. */
interface TokenTimes {
  /** From issue to expiry. */
  readonly lifetimeMs: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const timesOf = (token: string): TokenTimes | undefined => {
  const { iat, exp } = tokenClaims(token);
  return typeof iat === 'number' && typeof exp === 'number' ? { lifetimeMs: (exp - iat) * 1000, expiresAt: exp * 1000 } : undefined;
};

/**
 * The lifetime of a token that the hub has just issued, in milliseconds: expiry less issue, both by the hub's clock. `otherwise`, the requested
 * lifetime, for a token without times.
 */
export const lifeOfFresh = (token: string, otherwise: number): number => timesOf(token)?.lifetimeMs ?? otherwise;

/**
 * The remaining lifetime of a token from an earlier run, in milliseconds: an estimate by this machine's clock, never more than a whole lifetime. A
 * wrong estimate costs a refused request, after which the token is renewed by proof of the key.
 */
export const lifetimeOfStored = (token: string, now: number): number => {
  const times = timesOf(token);
  return times === undefined ? 0 : Math.min(times.lifetimeMs, Math.max(0, times.expiresAt - now));
};
