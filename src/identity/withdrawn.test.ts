import { describe, expect, it } from 'vitest';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { clockSkewMs } from './verify-statement.ts';
import { createWithdrawn } from './withdrawn.ts';

const hourMs = 3_600_000;

describe('what was withdrawn', () => {
  const clock = handClock();
  const inAnHour = new Date(clock.now() + hourMs).toISOString();

  it('must be followed by something later, and not by the very same', () => {
    const withdrawn = createWithdrawn(clock);
    withdrawn.add('east.export.n-web', 7, inAnHour);
    expect(withdrawn.get('east.export.n-web')).toEqual({ serial: 7, digest: '' });
    expect(withdrawn.get('east.export.n-other')).toBeUndefined();
  });

  it('is remembered for as long as it could be said again', () => {
    const hand = handClock();
    const withdrawn = createWithdrawn(hand);
    withdrawn.add('n', 7, inAnHour);
    hand.advance(hourMs + clockSkewMs);
    expect(withdrawn.get('n')).toBeDefined();
    hand.advance(1);
    expect(withdrawn.get('n')).toBeUndefined();
  });

  it('does not pile up', () => {
    const hand = handClock();
    const withdrawn = createWithdrawn(hand);
    const add = (name: string): void => withdrawn.add(name, 1, new Date(hand.now() + hourMs).toISOString());
    for (let day = 0; day < 50; day += 1) {
      for (let each = 0; each < 100; each += 1) add(`${day}/${each}`);
      hand.advance(24 * hourMs);
    }
    expect(withdrawn.size).toBeLessThan(300);
  });
});
