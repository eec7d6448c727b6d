import { beforeEach, describe, expect, it } from 'vitest';
import { metricsAudience } from '../api/places.ts';
import type { Client } from '../kubernetes/port.ts';
import { Failure } from '../values/failure.ts';
import { type HandClock, handClock } from '../values/fixtures/hand-clock.ts';
import { createScrapeGuard, type ScrapeGuard } from './scrape-guard.ts';

/** What the API server knows: users by their tokens, and who of them may read. */
let users: Map<string, object>;
let readers: Set<string>;
let answers: boolean;
let asked: { readonly kind: string; readonly spec: Record<string, unknown> }[];
let clock: HandClock;
let guard: ScrapeGuard;
/** The program starts anew, and remembers nothing. */
let restart: () => void;

const jwt = (aud: unknown): string => `h.${Buffer.from(JSON.stringify({ aud })).toString('base64url')}.s`;

beforeEach(() => {
  clock = handClock();
  asked = [];
  answers = true;
  const prometheus = { username: 'prometheus', uid: '1', groups: ['g'], extra: { 'authentication.kubernetes.io/pod-name': ['p'] } };
  users = new Map<string, object>([
    ['good', prometheus],
    ['weak', { username: 'somebody' }],
  ]);
  readers = new Set(['prometheus']);
  const client = {
    create: async ({ kind }: { kind: string }, { spec }: { spec: Record<string, unknown> }) => {
      asked.push({ kind, spec });
      if (!answers) throw new Failure('Unavailable', 'no answer');
      if (kind === 'TokenReview') {
        const user = users.get(String(spec.token));
        return { status: user === undefined ? { authenticated: false } : { authenticated: true, user } };
      }
      return { status: { allowed: readers.has(String(spec.user)) } };
    },
  } as unknown as Pick<Client, 'create'>;
  restart = () => (guard = createScrapeGuard(client, clock, new AbortController().signal));
  restart();
});

describe('the guard', () => {
  it('lets a known account pass that may get /metrics, and asks once a minute', async () => {
    expect(await Promise.all([guard('good', 'a'), guard('good', 'a'), guard('good', 'b')])).toEqual(['ok', 'ok', 'ok']);
    expect(asked).toEqual([
      { kind: 'TokenReview', spec: { token: 'good' } },
      {
        kind: 'SubjectAccessReview',
        spec: {
          nonResourceAttributes: { path: '/metrics', verb: 'get' },
          user: 'prometheus',
          uid: '1',
          groups: ['g'],
          extra: { 'authentication.kubernetes.io/pod-name': ['p'] },
        },
      },
    ]);
    clock.advance(59_000);
    await guard('good', 'a');
    expect(asked).toHaveLength(2);
    clock.advance(2_000);
    await guard('good', 'a');
    expect(asked).toHaveLength(4);
  });

  it.each([
    ['no token', undefined, 'anonymous'],
    ['an endless one', 'x'.repeat(20_000), 'anonymous'],
    ['one that nobody knows', 'forged', 'anonymous'],
    ['one of an account without the right', 'weak', 'forbidden'],
  ])('refuses %s', async (_, token, verdict) => {
    expect(await guard(token, 'a')).toBe(verdict);
  });

  it.each([
    ['a program that restarted meanwhile lets its readers in within a minute after it', true],
    ['one that did not goes on to let them in', false],
  ])('while the API server is away, %s', async (_, restarts) => {
    const readersOf = (): Promise<string[]> => Promise.all([guard('good', 'node'), guard('good', 'other node')]);
    expect(await readersOf()).toEqual(['ok', 'ok']);
    answers = false;
    if (restarts) restart();
    const before = asked.length;
    // Every 5 s for ten minutes.
    for (let scrape = 0; scrape < 120; scrape += 1) {
      clock.advance(5_000);
      expect(await readersOf()).not.toContain(restarts ? 'ok' : 'unavailable');
    }
    // An API server that is about to come back is not asked as often as is scraped.
    if (restarts) expect(asked.length - before).toBeLessThanOrEqual(11 * 12);
    answers = true;
    let waitedMs = 0;
    for (; (await readersOf()).includes('busy'); waitedMs += 5_000) clock.advance(5_000);
    expect(waitedMs).toBeLessThanOrEqual(restarts ? 60_000 : 0);
    expect(await readersOf()).toEqual(['ok', 'ok']);
  });

  it('ends what it allowed within a minute after the right was taken', async () => {
    await guard('good', 'a');
    readers.clear();
    clock.advance(61_000);
    expect(await guard('good', 'a')).toBe('forbidden');
  });

  it('asks for the audience of metrics about a token that is for nothing else, and only about that one', async () => {
    for (const aud of [metricsAudience, [metricsAudience, 'x'], ['https://kubernetes.default.svc'], undefined]) await guard(jwt(aud), 'a');
    expect(asked.map(({ spec }) => spec.audiences)).toEqual([[metricsAudience], [metricsAudience], undefined, undefined]);
  });
});

describe('a flood of unknown tokens', () => {
  it('costs the API server a few questions for each address and a minute, and shuts out no known reader', async () => {
    expect(await guard('good', 'prometheus')).toBe('ok');
    asked = [];
    for (let from = 0; from < 40; from += 1) for (let n = 0; n < 10; n += 1) await guard(`forged-${from}-${n}`, `a${from}`);
    // Of 60 together, the known reader had one.
    expect(asked.length).toBe(59);
    expect(await guard('forged', 'a0')).toBe('busy');
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(60_000);
      for (let from = 0; from < 40; from += 1) for (let n = 0; n < 10; n += 1) await guard(`more-${minute}-${from}-${n}`, `a${from}`);
      expect(await guard('good', 'prometheus')).toBe('ok');
    }
  });

  it('does not use up the share of another address', async () => {
    for (let n = 0; n < 10; n += 1) await guard(`forged-${n}`, 'a');
    expect(await guard('forged', 'a')).toBe('busy');
    expect(await guard('good', 'b')).toBe('ok');
  });
});

describe('an API server that does not answer', () => {
  it('shuts out nobody who was let in before, for a quarter of an hour', async () => {
    await guard('good', 'a');
    await guard('weak', 'a');
    answers = false;
    clock.advance(14 * 60_000);
    expect(await guard('good', 'a')).toBe('ok');
    expect(await guard('weak', 'a')).toBe('unavailable');
    expect(await guard('new', 'a')).toBe('unavailable');
    clock.advance(2 * 60_000);
    expect(await guard('good', 'a')).toBe('unavailable');
    answers = true;
    expect(await guard('good', 'a')).toBe('ok');
  });
});
