import { describe, expect, it } from 'vitest';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { createQuestionBudget } from './question-budget.ts';

/** How many of ten questions each of the addresses causes, asking one after another. */
const causedBy = (mayAsk: (from: string) => boolean, ...addresses: readonly string[]): number[] =>
  addresses.map((from) => Array.from({ length: 10 }, () => mayAsk(from)).filter((may) => may).length);

describe('a budget of questions', () => {
  it.each([
    ['of one address', { each: 3, together: 9, own: 0, addresses: 9 }, [3, 3, 3, 0]],
    ['of all together', { each: 6, together: 8, own: 0, addresses: 9 }, [6, 2, 0, 0]],
    ['that leaves each address its own', { each: 6, together: 8, own: 1, addresses: 9 }, [6, 2, 1, 1]],
    ['that has room for few addresses', { each: 3, together: 99, own: 1, addresses: 2 }, [3, 3, 0, 0]],
  ])('%s', (_which, limits, expected) => {
    expect(causedBy(createQuestionBudget(limits, handClock()), 'a', 'b', 'c', 'd')).toEqual(expected);
  });

  it('begins anew with each minute of the clock', () => {
    const clock = handClock();
    const mayAsk = createQuestionBudget({ each: 1, together: 9, own: 0, addresses: 9 }, clock);
    expect(causedBy(mayAsk, 'a', 'a')).toEqual([1, 0]);
    clock.advance(60_000);
    expect(causedBy(mayAsk, 'a')).toEqual([1]);
  });
});
