import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, runPod, wait, west } from '../clusters/example.ts';

/*
 * A change of a service waited until the one before it was written down: the status of its export in its own cluster, and the notice that the other
 * cluster keeps. In a rolling update changes come in pairs, and the second is the one that matters: the old pod goes when the new one is Ready.
 */

beforeEach(beginExample);
afterEach(endExample);

it('the next change of a service does not wait for the status of its export', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), wait);
  east.api.faults.add({ effect: 'stall', method: 'PATCH', path: /\/serviceexports\/web\/status/ });
  runPod(east, 'a', false);
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/false$/)]), wait);
  runPod(east, 'a', true);
  await fleet.soon(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), { withinMs: 5_000 });
});

it('nor does it wait elsewhere until the notice before it is kept', async () => {
  await eastOffers();
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), wait);
  west.api.faults.add({ effect: 'stall', method: 'PATCH', path: /\/notices\// });
  runPod(east, 'a', false);
  await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/false$/)]), wait);
  runPod(east, 'a', true);
  await fleet.soon(() => expect(endpoints(west)).toEqual([expect.stringMatching(/true$/)]), { withinMs: 5_000 });
});
