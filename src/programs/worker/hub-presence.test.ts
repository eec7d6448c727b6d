import { expect, it } from 'vitest';
import { createHubPresence } from './hub-presence.ts';

it('counts the hub as away until the first contact, after a minute without, and until members can have renewed what they publish', () => {
  let now = 0;
  const presence = createHubPresence({ monotonic: () => now });
  expect(presence.wasAway()).toBe(true);
  presence.changed('found');
  now = 599_999;
  expect(presence.wasAway()).toBe(true);
  now = 600_000;
  expect(presence.wasAway()).toBe(false);
  presence.changed('lost');
  now += 60_000;
  expect(presence.wasAway()).toBe(false);
  // A short absence changes nothing.
  presence.changed('found');
  expect(presence.wasAway()).toBe(false);
  presence.changed('lost');
  now += 60_001;
  expect(presence.wasAway()).toBe(true);
  presence.changed('found');
  now += 599_999;
  expect(presence.wasAway()).toBe(true);
});
