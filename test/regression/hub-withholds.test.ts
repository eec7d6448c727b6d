import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, eastOffers, endExample, endpoints, fleet, runPod, wait, west } from '../clusters/example.ts';

/*
 * A hub that answers but shows one member an old board was believed for as long as it liked: members asked one another only while it did not answer.
 */

const withholds = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'HubWithholds');
/** Lets time go by until something holds. */
const inTime = (check: () => void): Promise<void> => fleet.soon(check, { stepMs: 2_000 });

beforeEach(beginExample);
afterEach(endExample);

describe('a hub that answers and shows one member an old board', () => {
  it('is bypassed, by name and time, until it shows everything again', async () => {
    await eastOffers();
    await west.stop();
    // Lists are answered, and watches accepted; but no change comes.
    const honest = fleet.hub.faults.add({ effect: 'stall', path: /\/notices\?.*watch=true/ });
    const watches = () =>
      fleet.hub.requests.filter((request) => /^GET .*\/notices\?.*statement!=links.*watch=true/.test(decodeURIComponent(request)));
    const already = watches().length;
    west.start();
    await vi.waitFor(() => expect(watches().length).toBeGreaterThan(already), wait);
    const before = withholds();
    runPod(east, 'b');
    await vi.waitFor(() => expect(endpoints(east)).toHaveLength(2), wait);
    await expect(vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), 700)).rejects.toThrow();

    await inTime(() => expect(endpoints(west)).toHaveLength(2));
    await inTime(() => expect(withholds()).toMatchObject({ status: 'True', reason: 'StatementsWithheld' }));
    expect(before).toBeUndefined();
    expect(withholds()?.message).toMatch(/ east \(since \d{4}-/);
    // From now on changes come at once.
    runPod(east, 'c');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(3), wait);

    honest();
    fleet.hub.disconnect();
    await inTime(() => expect(withholds()).toMatchObject({ status: 'False' }));
    expect(endpoints(west)).toHaveLength(3);
  });

  it('is not accused while it shows everything', async () => {
    await eastOffers();
    for (let pods = 0; pods < 10; pods += 1) {
      runPod(east, `more-${pods}`);
      await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2 + pods), wait);
      fleet.clock.leap(15_000);
    }
    expect(withholds()).toBeUndefined();
  });
});

describe('a member that alone has lost the hub', () => {
  it('is read through the tunnels as soon as it has something new, though the hub answers everybody else', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
    // The first question is asked some seconds after the start.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await inTime(() => expect(fleet.asked('west')).toBeGreaterThan(0));
    const heal = fleet.hub.faults.add({ effect: 'reset', method: 'PATCH', path: /\/notices\/east\./ });
    const alsoNew = fleet.hub.faults.add({ effect: 'reset', method: 'POST', path: /\/notices\?/ });
    runPod(east, 'b');
    await fleet.soon(() => expect(endpoints(west)).toHaveLength(2), { withinMs: 4_000 });
    // What follows is not waited for.
    for (const [index, name] of ['c', 'd', 'e'].entries()) {
      runPod(east, name);
      await fleet.soon(() => expect(endpoints(west)).toHaveLength(3 + index), { withinMs: 1_500 });
    }
    heal();
    alsoNew();
    runPod(east, 'f');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(6), wait);
  });
});
