import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noticeKind } from '../../src/api/kinds.ts';
import { beginExample, east, eastOffers, endExample, fleet, inForce, runPod, wait } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

/** How often the pods are named by the notices that east keeps for the other members. */
const kept = (): string[] => {
  const text = east.api
    .objects(noticeKind)
    .filter(({ spec }) => spec.cluster === 'east')
    .map(({ spec }) => spec.statement)
    .join();
  return ['b', 'c', 'd'].filter((pod) => text.includes(`"pod":"${pod}"`));
};

it('a hub that no longer answers, but holds the connection, keeps no member from signing its next changes for the others', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(inForce('Export').length).toBe(1), wait);
  fleet.hub.faults.add({ effect: 'stall', path: /\/notices/ });
  for (const pods of [['b'], ['b', 'c'], ['b', 'c', 'd']]) {
    runPod(east, pods.at(-1) ?? '');
    await vi.waitFor(() => expect(kept()).toEqual(pods), wait);
  }
});
