import { readFile } from 'node:fs/promises';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';

/**
 * Returns the bearer token for the next request. `rejected` is a token that the server has just refused: a source that can get another one must not
 * return it again.
 */
export type TokenSource = (ask: { readonly signal: AbortSignal; readonly rejected?: string }) => Promise<string>;

/** A token that never changes. */
export const fixedToken =
  (token: string): TokenSource =>
  () =>
    Promise.resolve(token);

/**
 * A token in a file that another program renews, such as the kubelet; read again after `rereadMs`, or at once when it was refused. While the file
 * cannot be read, the last token stays in use.
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

/** A token and its lifetime from the time of the request, in milliseconds. */
export type ExpiringToken = { readonly token: string; readonly lifetimeMs: number };

/** After a failed renewal, while the token is still valid, the next attempt is this much later, in milliseconds. */
const retryMs = 5_000;

/**
 * A token that is fetched at first use and again after four fifths of its lifetime, or at once when it was refused. Lifetimes use the monotonic
 * clock, so a wrong or leaping clock has no effect. While a token is valid, no caller waits for its renewal, and a failed renewal is not an error.
 * Callers without a token share one fetch.
 */
export const renewedToken = (fetch: (signal: AbortSignal) => Promise<ExpiringToken>, { clock }: { clock: Clock }): TokenSource => {
  let held: { readonly token: string; readonly until: number; readonly renewAt: number } | undefined;
  let pending: Promise<string> | undefined;
  let failedAt = -Infinity;

  const renew = async (signal: AbortSignal): Promise<string> => {
    const sentAt = clock.monotonic();
    try {
      const { token, lifetimeMs } = await fetch(signal);
      held = { token, until: sentAt + lifetimeMs, renewAt: sentAt + lifetimeMs * 0.8 };
      return token;
    } catch (error) {
      failedAt = clock.monotonic();
      throw error;
    }
  };
  const shared = (signal: AbortSignal): Promise<string> => {
    pending ??= renew(signal).finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return async ({ signal, rejected }) => {
    const now = clock.monotonic();
    if (held !== undefined && held.token !== rejected && now < held.until) {
      // In the background: the next caller without a token gets the failure.
      if (now >= held.renewAt && now - failedAt >= retryMs) shared(signal).catch(() => {});
      return held.token;
    }
    for (;;) {
      try {
        return await shared(signal);
      } catch (error) {
        if (signal.aborted) throw error;
        // The caller that had started the shared fetch cancelled it.
        if (!Failure.is(error, 'Interrupted')) throw error;
      }
    }
  };
};
