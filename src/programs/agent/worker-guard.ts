import { agentAudience, workerUser } from '../../api/places.ts';
import type { Client } from '../../kubernetes/port.ts';
import { type TokenReview, tokenReviewKind } from '../../values/builtin/token-review.ts';
import type { Clock } from '../../values/clock.ts';
import { sha256Hex } from '../../values/hash.ts';
import { tokenClaims } from '../../values/token-claims.ts';

/** How long a verdict of the API server is believed, in milliseconds. */
const believeMs = 60_000;
/** How many verdicts are remembered, and how many questions to the API server one address may cause a minute, and all together. */
const mostVerdicts = 64;
const questionsEach = 6;
const questionsTogether = 60;

/** The verdict on a token: that of this cluster's worker, another one, or not judged because of too many reviews. */
export type WorkerVerdict = 'worker' | 'stranger' | 'busy';

/** Judges a bearer token from an address. */
export type WorkerGuard = (token: string | undefined, from: string) => Promise<WorkerVerdict>;

/**
 * Lets this cluster's own worker pass and nobody else: a token of its service account for {@link agentAudience}, which no API server takes. The API
 * server is asked (TokenReview) once a minute for each token, and never for a token whose claims name another account or audience. It rejects with the
 * failure of the API server.
 *
 * @param lifetime ends all questions; several askers may wait for one, so it is not theirs.
 */
export const createWorkerGuard = (client: Pick<Client, 'create'>, clock: Clock, lifetime: AbortSignal): WorkerGuard => {
  const verdicts = new Map<string, { readonly isWorker: boolean; readonly until: number }>();
  const asking = new Map<string, Promise<boolean>>();
  let asked = { minute: -1, together: 0, by: new Map<string, number>() };

  const mayAsk = (from: string): boolean => {
    const minute = Math.floor(clock.monotonic() / 60_000);
    if (asked.minute !== minute) asked = { minute, together: 0, by: new Map() };
    const count = asked.by.get(from) ?? 0;
    if (count >= questionsEach || asked.together >= questionsTogether) return false;
    asked.by.set(from, count + 1);
    asked.together += 1;
    return true;
  };

  const ask = async (token: string, key: string): Promise<boolean> => {
    const review: TokenReview = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: { name: '' },
      spec: { token, audiences: [agentAudience] },
    };
    const { status } = await client.create(tokenReviewKind, review, { signal: lifetime, timeoutMs: 3_000 });
    const isWorker =
      status?.authenticated === true && status.user?.username === workerUser && status.audiences?.includes(agentAudience) === true;
    const [oldest] = verdicts.keys();
    if (verdicts.size >= mostVerdicts && oldest !== undefined) verdicts.delete(oldest);
    verdicts.set(key, { isWorker, until: clock.monotonic() + believeMs });
    return isWorker;
  };

  return async (token, from) => {
    if (token === undefined || !claimsToBeWorker(token)) return 'stranger';
    // Kept by its hash: what is in memory may be dumped.
    const key = sha256Hex(Buffer.from(token, 'utf8'));
    const known = verdicts.get(key);
    if (known !== undefined && known.until > clock.monotonic()) return known.isWorker ? 'worker' : 'stranger';
    const running = asking.get(key);
    if (running === undefined && !mayAsk(from)) return 'busy';
    const answer = running ?? ask(token, key).finally(() => asking.delete(key));
    asking.set(key, answer);
    return (await answer) ? 'worker' : 'stranger';
  };
};

/** Whether a token says of itself, unproven, that it is the worker's for us. */
const claimsToBeWorker = (token: string): boolean => {
  if (token.length > 4_096) return false;
  const { sub, aud } = tokenClaims(token);
  return sub === workerUser && (aud === agentAudience || (Array.isArray(aud) && aud.includes(agentAudience)));
};
