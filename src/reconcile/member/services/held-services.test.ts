import { expect, it } from 'vitest';
import { serviceAddressAnnotation } from '../../../api/labels.ts';
import type { Offer } from '../../../exchange/judgement/offer.ts';
import type { EndpointSlice } from '../../../kubernetes/kinds.ts';
import { longestHoldMs } from '../../../plan/links/path-check.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { createHeldServices } from './held-services.ts';

const key = 'east/app-ns/web';
const offer = (...endpoints: readonly string[]): Offer => ({ parts: [{ endpoints: [] }, { endpoints }] }) as unknown as Offer;
const slice = (annotations: Record<string, string>): EndpointSlice =>
  ({ metadata: { name: 's', annotations } }) as unknown as EndpointSlice;

it.each<[string, boolean, readonly EndpointSlice[], Offer | undefined]>([
  ['without an endpoint', true, [], offer()],
  ['with an endpoint', false, [], offer('10.0.0.2')],
  ['that names answer already, scaled to zero', false, [slice({ [serviceAddressAnnotation]: '10.0.240.9' })], offer()],
  ['without an address, scaled to zero', true, [slice({})], offer()],
  ['that ended', false, [], undefined],
])('a service %s is held: %s', (_, expected, answered, reached) => {
  expect(createHeldServices(handClock()).isHeld(key, answered, reached)).toBe(expected);
});

it('a service that gets no endpoint is held for five seconds, counted from the first time', async () => {
  const clock = handClock();
  const held = createHeldServices(clock);
  const until = clock.monotonic() + longestHoldMs;
  expect(held.isHeld(key, [], offer())).toBe(true);
  await clock.pass(longestHoldMs - 1);
  expect([held.isHeld(key, [], offer()), held.until(key)]).toEqual([true, until]);
  await clock.pass(1);
  expect(held.isHeld(key, [], offer())).toBe(false);
});

it('a service that ended and comes back is new again', async () => {
  const clock = handClock();
  const held = createHeldServices(clock);
  held.isHeld(key, [], offer());
  await clock.pass(longestHoldMs);
  held.isHeld(key, [], undefined);
  expect(held.until(key)).toBe(Number.POSITIVE_INFINITY);
  expect(held.isHeld(key, [], offer())).toBe(true);
});
