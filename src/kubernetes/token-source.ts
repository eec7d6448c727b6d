import { readFile } from 'node:fs/promises';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';

/**
 * Gives the bearer token for the next request. `rejected` is a token that the server has just refused: a source that can get another one
 * must not return it again.
 */
export type TokenSource = (ask: { readonly signal: AbortSignal; readonly rejected?: string }) => Promise<string>;

/** A token that never changes. */
export const fixedToken =
  (token: string): TokenSource =>
  () =>
    Promise.resolve(token);

/**
 * A token in a file that somebody else renews, such as the kubelet; read again after `rereadMs`, or at once when it was refused.
 * While the file cannot be read, the last token goes on being used.
 */
export const tokenFile = (path: string, { clock, rereadMs = 60_000 }: { clock: Clock; rereadMs?: number }): TokenSource => {
  let held: { readonly token: string; readonly readAt: number } | undefined;
  return async ({ signal, rejected }) => {
    if (held !== undefined && held.token !== rejected && clock.monotonic() - held.readAt < rereadMs) return held.token;
    try {
      held = { token: (await readFile(path, { encoding: 'utf8', signal })).trim(), readAt: clock.monotonic() };
    } catch (cause) {
      if (signal.aborted) throw new Failure('Interrupted', `Reading the token ${path} was cancelled.`, { cause });
      if (held === undefined)
        throw new Failure('Unauthorized', `The token file ${path} cannot be read; check that it is mounted.`, { cause });
    }
    return held.token;
  };
};

/** A token and the time (milliseconds since 1970) after which no server takes it. */
export type ExpiringToken = { readonly token: string; readonly expiresAt: number };

/**
 * A token fetched when it is first needed and again after four fifths of its life, or at once when it was refused. Callers that ask at the
 * same time share one fetch; while a token is still valid, a failed renewal is not an error.
 */
export const renewedToken = (fetch: (signal: AbortSignal) => Promise<ExpiringToken>, { clock }: { clock: Clock }): TokenSource => {
  let held: (ExpiringToken & { readonly renewAt: number }) | undefined;
  let pending: Promise<string> | undefined;

  const renew = async (signal: AbortSignal): Promise<string> => {
    const fetched = await fetch(signal);
    const now = clock.now();
    held = { ...fetched, renewAt: now + (fetched.expiresAt - now) * 0.8 };
    return fetched.token;
  };

  return async ({ signal, rejected }) => {
    const usable = held !== undefined && held.token !== rejected && clock.now() < held.expiresAt ? held.token : undefined;
    if (usable !== undefined && held !== undefined && clock.now() < held.renewAt) return usable;
    for (;;) {
      pending ??= renew(signal).finally(() => {
        pending = undefined;
      });
      try {
        return await pending;
      } catch (error) {
        if (signal.aborted) throw error;
        // The fetch we shared was cancelled by the caller who had started it.
        if (Failure.is(error, 'Interrupted')) continue;
        if (usable !== undefined) return usable;
        throw error;
      }
    }
  };
};
