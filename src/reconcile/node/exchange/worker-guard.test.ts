import { beforeEach, describe, expect, it } from 'vitest';
import { agentAudience, workerUser } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/port.ts';
import type { TokenReview } from '../../../values/builtin/token-review.ts';
import { Failure } from '../../../values/failure.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import { createWorkerGuard, type WorkerGuard } from './worker-guard.ts';

const tokenOf = (claims: object, signature = 'good'): string =>
  `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
const worker = tokenOf({ sub: workerUser, aud: [agentAudience] });

let clock: HandClock;
let reviews: TokenReview[];
let verdict: TokenReview['status'];
let guard: WorkerGuard;

beforeEach(() => {
  clock = handClock();
  reviews = [];
  verdict = { authenticated: true, user: { username: workerUser }, audiences: [agentAudience] };
  const client = {
    create: async (_: unknown, review: TokenReview) => {
      reviews.push(review);
      if (verdict === undefined) throw new Failure('Unavailable', 'no answer');
      return { ...review, status: verdict };
    },
  } as unknown as Pick<Client, 'create'>;
  guard = createWorkerGuard(client, clock, new AbortController().signal);
});

describe('the guard', () => {
  it('lets the worker pass and asks once a minute', async () => {
    expect(await Promise.all([guard(worker, 'a'), guard(worker, 'a'), guard(worker, 'b')])).toEqual(['worker', 'worker', 'worker']);
    expect(reviews.map(({ spec }) => spec)).toEqual([{ token: worker, audiences: [agentAudience] }]);
    clock.advance(61_000);
    expect(await guard(worker, 'a')).toBe('worker');
    expect(reviews).toHaveLength(2);
  });

  it('believes a token for longer where little depends on it, and no stranger', async () => {
    expect(await guard(worker, 'a', 600_000)).toBe('worker');
    clock.advance(599_000);
    expect(await guard(worker, 'a', 600_000)).toBe('worker');
    expect(reviews).toHaveLength(1);
    expect(await guard(worker, 'a')).toBe('worker');
    expect(reviews).toHaveLength(2);
    verdict = { authenticated: false };
    clock.advance(600_000);
    expect(await guard(worker, 'a', 600_000)).toBe('stranger');
    clock.advance(61_000);
    expect(await guard(worker, 'a', 600_000)).toBe('stranger');
    expect(reviews).toHaveLength(4);
  });

  it.each([
    ['no token', undefined],
    ['no JWT', 'x'],
    ['another account', tokenOf({ sub: 'system:serviceaccount:kubeslice-system:kubeslice-dns', aud: [agentAudience] })],
    ['another audience', tokenOf({ sub: workerUser, aud: ['https://kubernetes.default.svc'] })],
    ['a token without end', tokenOf({ sub: workerUser, aud: [agentAudience], more: 'x'.repeat(5_000) })],
  ])('asks nobody about %s', async (_, token) => {
    expect(await guard(token, 'a')).toBe('stranger');
    expect(reviews).toEqual([]);
  });

  it.each([
    ['not authentic', { authenticated: false }],
    ['of another user', { authenticated: true, user: { username: 'eve' }, audiences: [agentAudience] }],
    ['for another audience', { authenticated: true, user: { username: workerUser }, audiences: ['api'] }],
    ['judged by nobody', {}],
  ])('refuses a token that is %s, whatever it claims', async (_, status) => {
    verdict = status;
    expect(await guard(worker, 'a')).toBe('stranger');
  });

  it('asks for one address six times a minute at the most', async () => {
    verdict = { authenticated: false };
    const found: string[] = [];
    for (let index = 0; index < 10; index += 1)
      found.push(await guard(tokenOf({ sub: workerUser, aud: agentAudience }, `forged-${index}`), 'eve'));
    expect(found.filter((one) => one === 'busy')).toHaveLength(4);
    verdict = { authenticated: true, user: { username: workerUser }, audiences: [agentAudience] };
    expect(await guard(worker, 'worker')).toBe('worker');
    clock.advance(60_000);
    expect(await guard(tokenOf({ sub: workerUser, aud: agentAudience }, 'late'), 'eve')).toBe('worker');
  });

  it('locks no worker out, however many addresses forge claims', async () => {
    const forge = async (minute: number): Promise<void> => {
      const own = verdict;
      verdict = { authenticated: false };
      for (let index = 0; index < 200; index += 1)
        await guard(tokenOf({ sub: workerUser, aud: agentAudience }, `forged-${minute}-${index}`), `10.0.0.${index % 50}`);
      verdict = own;
    };
    await forge(0);
    expect(await guard(worker, 'worker')).toBe('worker');
    // Also behind the very address from which claims are forged: what it showed before is known.
    for (let minute = 1; minute < 10; minute += 1) {
      clock.advance(61_000);
      await forge(minute);
      expect(await guard(worker, '10.0.0.1')).toBe('worker');
    }
    expect(reviews.length).toBeLessThan(10 * (50 * 2 + 60 + 1));
  });

  it("asks again about a token that was the worker's only once a minute, and not once it is not", async () => {
    expect(await guard(worker, 'a')).toBe('worker');
    verdict = { authenticated: false };
    for (let index = 0; index < 20; index += 1) {
      clock.advance(61_000);
      expect(await guard(worker, 'a')).toBe('stranger');
    }
    const before = reviews.length;
    for (let index = 0; index < 20; index += 1) await guard(worker, 'a');
    expect([before, reviews.length]).toEqual([21, 21]);
  });

  it('believes nothing while the API server does not answer', async () => {
    verdict = undefined;
    await expect(guard(worker, 'a')).rejects.toMatchObject({ code: 'Unavailable' });
  });
});
