import { tokenClaims } from '../../values/token-claims.ts';

/** What a service account token says about its own time, by the clock of the hub, in milliseconds. */
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
 * How long a token lives that the hub has just made, in milliseconds: expiry less issue, both by the hub's clock. `otherwise` for a token that says
 * nothing, as one asked for with that life.
 */
export const lifeOfFresh = (token: string, otherwise: number): number => timesOf(token)?.lifetimeMs ?? otherwise;

/**
 * How long a token still lives that was kept since an earlier run, in milliseconds: a guess by this machine's clock, never more than a whole life. A
 * wrong guess costs a refused request, after which the token is renewed by proof of the key.
 */
export const lifeOfKept = (token: string, now: number): number => {
  const times = timesOf(token);
  return times === undefined ? 0 : Math.min(times.lifetimeMs, Math.max(0, times.expiresAt - now));
};
