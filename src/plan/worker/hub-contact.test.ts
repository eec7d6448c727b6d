import { expect, it } from 'vitest';
import { planHubContact, reportAfterMs } from './hub-contact.ts';

const now = Date.UTC(2026, 10, 29, 12);

it('says since when the hub is away, but not at once', () => {
  expect(planHubContact(undefined, now)).toMatchObject({ status: 'True' });
  expect(planHubContact(now - reportAfterMs + 1, now)).toBeUndefined();
  expect(planHubContact(now - reportAfterMs, now)).toMatchObject({
    status: 'False',
    reason: 'HubAway',
    message: expect.stringContaining('since 2026-11-29T11:59:55.000Z'),
  });
});
