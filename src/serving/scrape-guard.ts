import { metricsAudience } from '../api/places.ts';
import type { Client } from '../kubernetes/port.ts';
import { type SubjectAccessReview, subjectAccessReviewKind } from '../values/builtin/subject-access-review.ts';
import { type TokenReview, tokenReviewKind } from '../values/builtin/token-review.ts';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { sha256Hex } from '../values/text/hash.ts';
import { tokenClaims } from '../values/text/token-claims.ts';
import { createQuestionBudget, type QuestionLimits } from './question-budget.ts';

/** How long a verdict of the API server is cached, in milliseconds. */
const believeMs = 60_000;
/** How long an admitted reader stays admitted while the API server does not answer, in milliseconds: metrics are needed most then. */
const believeWithoutAnswerMs = 15 * 60_000;
/** The size of the cache. */
const mostVerdicts = 64;
/** How many unknown tokens are reviewed. */
const questions: QuestionLimits = { own: 0, each: 6, together: 60, addresses: 60 };
/** No token of Kubernetes is longer. */
const longestToken = 16_384;

/** The verdict on a request for metrics; its values are the label of `kubeslice_scrapes_total`. */
export type ScrapeVerdict = 'ok' | 'anonymous' | 'forbidden' | 'busy' | 'unavailable';

/** Judges a bearer token from an address. */
export type ScrapeGuard = (token: string | undefined, from: string) => Promise<ScrapeVerdict>;

interface Verdict {
  readonly judged: 'ok' | 'anonymous' | 'forbidden';
  readonly at: number;
}

/**
 * Admits readers of metrics that the API server of this cluster knows (TokenReview) and that may `get` the non-resource URL `/metrics`
 * (SubjectAccessReview), like the kubelet. A token for the audience {@link metricsAudience}, which has no other use, is accepted too.
 *
 * Verdicts are cached for a minute. A reader that was admitted before does not share the budget of unknown tokens, so a flood of those blocks no
 * known reader.
 *
 * @param lifetime ends all reviews; several readers may wait for one, so no single reader ends it.
 */
export const createScrapeGuard = (client: Pick<Client, 'create'>, clock: Clock, lifetime: AbortSignal): ScrapeGuard => {
  const verdicts = new Map<string, Verdict>();
  const asking = new Map<string, Promise<Verdict>>();
  const mayAsk = createQuestionBudget(questions, clock);

  const remember = (key: string, judged: Verdict['judged']): Verdict => {
    const verdict = { judged, at: clock.monotonic() };
    verdicts.delete(key);
    if (verdicts.size >= mostVerdicts) verdicts.delete(leastNeeded(verdicts));
    verdicts.set(key, verdict);
    return verdict;
  };

  const ask = async (token: string, key: string): Promise<Verdict> => {
    const call = { signal: lifetime, timeoutMs: 3_000 };
    const { status } = await client.create(tokenReviewKind, tokenReview(token), call);
    if (status?.authenticated !== true || status.user === undefined) return remember(key, 'anonymous');
    const answer = await client.create(subjectAccessReviewKind, accessReview(status.user), call);
    return remember(key, answer.status?.allowed === true ? 'ok' : 'forbidden');
  };

  return async (token, from) => {
    if (token === undefined || token.length > longestToken) return 'anonymous';
    // Cached by hash, because memory may be dumped.
    const key = sha256Hex(Buffer.from(token, 'utf8'));
    const known = verdicts.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - known.at;
    if (known !== undefined && age < believeMs) return known.judged;
    const running = asking.get(key);
    if (running === undefined && known?.judged !== 'ok' && !mayAsk(from)) return 'busy';
    const answer = running ?? ask(token, key).finally(() => asking.delete(key));
    asking.set(key, answer);
    try {
      return (await answer).judged;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return known?.judged === 'ok' && age < believeWithoutAnswerMs ? 'ok' : 'unavailable';
    }
  };
};

/** Admitted readers are dropped last. */
const leastNeeded = (verdicts: ReadonlyMap<string, Verdict>): string => {
  const [oldest = ''] = verdicts.keys();
  return [...verdicts].find(([, { judged }]) => judged !== 'ok')?.[0] ?? oldest;
};

const tokenReview = (token: string): TokenReview => {
  const { aud } = tokenClaims(token);
  const audiences = (Array.isArray(aud) ? aud : [aud]).includes(metricsAudience) ? { audiences: [metricsAudience] } : {};
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: { name: '' },
    spec: { token, ...audiences },
  };
};

const accessReview = ({ username, uid, groups, extra }: NonNullable<NonNullable<TokenReview['status']>['user']>): SubjectAccessReview => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  metadata: { name: '' },
  spec: {
    nonResourceAttributes: { path: '/metrics', verb: 'get' },
    ...(username === undefined ? {} : { user: username }),
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
  },
});
