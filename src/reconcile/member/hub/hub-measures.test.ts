import { expect, it } from 'vitest';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { createHubMeasures } from './hub-measures.ts';

it('tells since when there is no contact, and what is left of the credential', () => {
  const clock = handClock();
  const measures = createHubMeasures(clock);
  clock.advance(30_000);
  // Before there is a way to the hub it is away since this instance leads.
  expect(measures.now()).toEqual({ hubAwaySeconds: [{ labels: {}, value: 30 }] });
  const seconds = Math.floor(clock.now() / 1_000);
  const token = `h.${Buffer.from(JSON.stringify({ iat: seconds, exp: seconds + 3_600 })).toString('base64url')}.s`;
  let staleSince: number | undefined;
  measures.follow({ staleSince: () => staleSince }, { token: () => token });
  expect(measures.now().hubAwaySeconds).toEqual([{ labels: {}, value: 0 }]);
  staleSince = clock.now();
  clock.advance(1_000_000);
  const now = measures.now();
  expect(now.hubAwaySeconds).toEqual([{ labels: {}, value: 1_000 }]);
  expect(now.hubCredentialLifetimeSeconds).toEqual([{ labels: {}, value: 3_600 }]);
  expect(now.hubCredentialRemainingSeconds?.[0]?.value).toBeCloseTo(2_600, 0);
});
