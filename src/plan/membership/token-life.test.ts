import { describe, expect, it } from 'vitest';
import { lifeOfFresh, lifetimeOfStored } from './token-life.ts';

const issued = Date.parse('2026-01-01T00:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const token = `h.${Buffer.from(JSON.stringify({ iat: issued / 1000, exp: issued / 1000 + 3600 })).toString('base64url')}.s`;

describe('the life of a hub credential', () => {
  it.each([
    ['by the right clock', 0.25 * hour, 0.75 * hour],
    ['after its end', 2 * hour, 0],
    ['by a clock a day behind: never more than a whole life', 0.25 * hour - day, hour],
    ['by a clock a day ahead', 0.25 * hour + day, 0],
  ])('that was kept: %s', (_, since, left) => expect(lifetimeOfStored(token, issued + since)).toBe(left));

  it('that is fresh depends on no clock but the one of the hub', () => {
    expect(lifeOfFresh(token, 1)).toBe(hour);
    for (const text of [
      '',
      'x',
      'x.y.z',
      `x.${Buffer.from('{}').toString('base64url')}.z`,
      `x.${Buffer.from('{"exp":1}').toString('base64url')}.z`,
    ]) {
      expect(lifeOfFresh(text, 1)).toBe(1);
      expect(lifetimeOfStored(text, issued)).toBe(0);
    }
  });
});
