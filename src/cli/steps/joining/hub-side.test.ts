import { describe, expect, it } from 'vitest';
import type { Client } from '../../../kubernetes/client.ts';
import { systemClock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import { type HubSide, hubByToken, register } from './hub-side.ts';

const never = new AbortController().signal;

/** A hub that refuses the first `refusals` requests for a token. */
const hub = (
  refusals: number,
  reason: 'Forbidden' | 'Unauthorized' = 'Forbidden',
): { readonly side: HubSide; readonly asked: () => number } => {
  let asked = 0;
  const client = {
    mergePatch: async () => ({}),
    createSubresource: async () => {
      asked += 1;
      if (asked <= refusals) throw new Failure(reason, 'The hub refuses.');
      return { status: { token: 'first', expirationTimestamp: '2030-01-01T00:00:00Z' } };
    },
  } as unknown as Client;
  const place = { server: 'https://hub', ca: '', project: 'default', namespace: 'kubeslice-default', cluster: 'east' };
  const byToken = hubByToken({ ...place, bearer: 'token', expiresAt: 0 }, undefined);
  byToken.client.close();
  return { side: { ...byToken, client }, asked: () => asked };
};

/** A clock on which every wait is over at once. */
const hastened = () => {
  let now = 0;
  return {
    ...systemClock,
    monotonic: () => now,
    after: (ms: number, callback: () => void) => {
      now += ms;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
};

describe('the first token of a worker', () => {
  it('is asked for again while the hub does not see yet what was written a moment ago', async () => {
    const { side, asked } = hub(3);
    expect(await register(side, 'certificate', never, hastened())).toMatchObject({ token: 'first', cluster: 'east' });
    expect(asked()).toBe(4);
  });

  it('is refused when the hub goes on refusing', async () => {
    await expect(register(hub(Number.POSITIVE_INFINITY).side, 'certificate', never, hastened())).rejects.toMatchObject({
      code: 'TokenRefused',
    });
  });

  it('is not asked for again with a token that the hub does not know', async () => {
    const { side, asked } = hub(1, 'Unauthorized');
    await expect(register(side, 'certificate', never, hastened())).rejects.toMatchObject({ code: 'TokenRefused' });
    expect(asked()).toBe(1);
  });
});
