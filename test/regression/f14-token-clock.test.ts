import { describe, expect, it } from 'vitest';
import { renewedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { handClock } from '../../src/values/fixtures/hand-clock.ts';

const { signal } = new AbortController();
const hour = 3_600_000;

describe('F14: the renewal of a token', () => {
  it.each([
    ['a day behind', -86_400_000],
    ['a day ahead', 86_400_000],
  ])('comes at four fifths of its life by a clock that leaps %s', async (_, leap) => {
    const hand = handClock();
    let leapt = 0;
    const clock = { ...hand, now: () => hand.now() + leapt };
    let count = 0;
    const source = renewedToken(() => Promise.resolve({ token: `t${++count}`, lifetimeMs: hour }), { clock });
    await source({ signal });
    leapt = leap;
    hand.advance(0.8 * hour - 1);
    await source({ signal });
    expect(count).toBe(1);
    hand.advance(1);
    await source({ signal });
    expect(count).toBe(2);
  });
});
