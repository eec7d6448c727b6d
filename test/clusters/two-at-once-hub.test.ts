import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { budgets } from '../../src/api/budgets.ts';
import { conditionOf } from '../../src/api/condition.ts';
import { noticeKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { weightLabel } from '../../src/api/labels.ts';
import { memberNamespace, workerAccount } from '../../src/api/places.ts';
import { heaviest } from '../../src/exchange/notice/rate-weight.ts';
import { roleBindingKind } from '../../src/kubernetes/kinds.ts';
import { membersBinding, readersBinding } from '../../src/plan/membership/exchange.ts';
import {
  agentSpeaks,
  beginExample,
  east,
  eastOffers,
  endExample,
  endpoints,
  fleet,
  notices,
  offer,
  runPod,
  wait,
  west,
} from './example.ts';
import { leave } from './leaving.ts';

/*
 * Failures that come together, of which one is the hub's or a member's that is hostile. Each has a control beside it: the same with one of the two alone.
 */

const conditionHere = (type: string) =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, type);
/** Lets time go by until something holds. */
const inTime = (check: () => void): Promise<void> =>
  vi.waitFor(() => {
    fleet.clock.leap(2_000);
    check();
  }, wait);

/** Starts west again while the hub answers its lists and sends no change of a notice; the returned function ends that. */
const withhold = async (): Promise<() => void> => {
  await west.stop();
  const honest = fleet.hub.faults.add({ effect: 'stall', path: /\/notices\?.*watch=true/ });
  const watches = () =>
    fleet.hub.requests.filter((request) => /^GET .*\/notices\?.*statement!=links.*watch=true/.test(decodeURIComponent(request))).length;
  const already = watches();
  west.start();
  await vi.waitFor(() => expect(watches()).toBeGreaterThan(already), wait);
  return honest;
};

beforeEach(beginExample);
afterEach(endExample);

describe('a hub that withholds what one member publishes', { timeout: 180_000 }, () => {
  it.each([
    ['that leaves meanwhile: it is out all the same', true],
    ['that leaves while the hub shows everything', false],
  ])('%s', async (_, withholds) => {
    await eastOffers();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind)).toHaveLength(4), wait);
    const honest = withholds ? await withhold() : () => undefined;
    await leave(east);
    await inTime(() => expect(west.api.objects(slicePeerKind).map(({ spec }) => spec.cluster)).toEqual(['west', 'west']));
    await vi.waitFor(() => expect(endpoints(west)).toEqual([]), wait);
    honest();
    fleet.hub.disconnect();
    // The next cluster of the name is a member at once, though its predecessor's farewell was withheld.
    const again = await fleet.join('east', ['again']);
    await vi.waitFor(() => expect(again.api.objects(sliceNodeKind)).toHaveLength(1), wait);
    agentSpeaks(again);
    runPod(again, 'd');
    offer(again);
    await inTime(() => expect(endpoints(west)).toHaveLength(1));
    await vi.waitFor(() => expect(conditionHere('StatementsVerified')?.status).not.toBe('False'), wait);
  });
});

describe('a member that leaves', { timeout: 180_000 }, () => {
  it.each([
    ['while it may not write, since it flooded', Math.ceil(budgets.reads.burst / heaviest) + 50],
    ['and had not flooded', 10],
  ])('%s: the next cluster of its name may write at once', async (_, writes) => {
    await eastOffers();
    const mine = notices('Export').find(({ spec }) => spec.cluster === 'east');
    if (mine === undefined) throw new Error('east has published its export');
    const board = mine.metadata.namespace ?? '';
    const mayWrite = () =>
      fleet.hub
        .read(roleBindingKind, { namespace: board, name: membersBinding })
        ?.subjects?.some(({ name }) => name === workerAccount('east')) === true;
    for (let count = 0; count <= writes; count += 1) {
      fleet.hub.put(noticeKind, {
        ...mine,
        metadata: { ...mine.metadata, labels: { ...mine.metadata.labels, count: String(count), [weightLabel]: String(heaviest) } },
      });
      if (count % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (writes > 10) await vi.waitFor(() => expect(mayWrite()).toBe(false), wait);
    await leave(east);
    await vi.waitFor(() => expect(endpoints(west)).toEqual([]), wait);
    const again = await fleet.join('east', ['again']);
    await vi.waitFor(() => expect(mayWrite()).toBe(true), { timeout: 5_000 });
    expect(fleet.hub.read(roleBindingKind, { namespace: board, name: readersBinding })?.subjects ?? []).toEqual([]);
    await vi.waitFor(() => expect(again.api.objects(sliceNodeKind)).toHaveLength(1), wait);
    agentSpeaks(again);
    runPod(again, 'd');
    offer(again);
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
  });
});
