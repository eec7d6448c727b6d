import { agentAudience, workerUser } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/port.ts';
import { createQuestionBudget, type QuestionLimits } from '../../../serving/question-budget.ts';
import { type TokenReview, tokenReviewKind } from '../../../values/builtin/token-review.ts';
import type { Clock } from '../../../values/clock.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import { tokenClaims } from '../../../values/text/token-claims.ts';

/** How long a verdict of the API server is cached, in milliseconds. */
const believeMs = 60_000;
/** How long a token is known as the worker's after its last positive review, in milliseconds: only its owner can repeat it. */
const knownMs = 3_600_000;
/** The size of the cache. */
const mostVerdicts = 64;
/**
 * The limits of reviews by the API server. An address has some reviews of its own, whatever others do; a cluster has fewer addresses than are
 * counted.
 */
const questions: QuestionLimits = { own: 2, each: 6, together: 60, addresses: 4_096 };

/** The verdict on a token: this cluster's worker, another client, or not judged because of too many reviews. */
export type WorkerVerdict = 'worker' | 'stranger' | 'busy';

/** Judges a bearer token from an address. A token of the worker may be cached for longer, where little depends on it. */
export type WorkerGuard = (token: string | undefined, from: string, believedMs?: number) => Promise<WorkerVerdict>;

/**
 * Admits only this cluster's own worker: a token of its service account for {@link agentAudience}, which API servers refuse. It requests a review
 * (TokenReview) once a minute for each token, and never for a token whose claims name another account or audience. It rejects with the failure of the
 * API server.
 *
 * Claims are easy to forge, so forged ones must not use up the worker's reviews: every address has reviews of its own, and a token that was the
 * worker's before is reviewed again without counting.
 *
 * @param lifetime ends all reviews; several clients may wait for one, so no single client ends it.
 */
export const createWorkerGuard = (client: Pick<Client, 'create'>, clock: Clock, lifetime: AbortSignal): WorkerGuard => {
  const verdicts = new Map<string, { readonly isWorker: boolean; readonly at: number }>();
  /** Tokens of the worker, by hash, with the time until which they are known; the kubelet renews one in less than an hour. */
  const known = new Map<string, number>();
  const asking = new Map<string, Promise<boolean>>();
  const mayAsk = createQuestionBudget(questions, clock);

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
    const now = clock.monotonic();
    verdicts.set(key, { isWorker, at: now });
    for (const [other, until] of known) if (until <= now) known.delete(other);
    if (isWorker) known.set(key, now + knownMs);
    else known.delete(key);
    return isWorker;
  };

  return async (token, from, believedMs = believeMs) => {
    if (token === undefined || !claimsToBeWorker(token)) return 'stranger';
    // Cached by hash, because memory may be dumped.
    const key = sha256Hex(Buffer.from(token, 'utf8'));
    const now = clock.monotonic();
    const verdict = verdicts.get(key);
    if (verdict !== undefined && now - verdict.at < (verdict.isWorker ? believedMs : believeMs))
      return verdict.isWorker ? 'worker' : 'stranger';
    const running = asking.get(key);
    if (running === undefined && (known.get(key) ?? 0) <= now && !mayAsk(from)) return 'busy';
    const answer = running ?? ask(token, key).finally(() => asking.delete(key));
    asking.set(key, answer);
    return (await answer) ? 'worker' : 'stranger';
  };
};

/** Whether a token claims, unverified, to be the worker's for this audience. */
const claimsToBeWorker = (token: string): boolean => {
  if (token.length > 4_096) return false;
  const { sub, aud } = tokenClaims(token);
  return sub === workerUser && (aud === agentAudience || (Array.isArray(aud) && aud.includes(agentAudience)));
};
