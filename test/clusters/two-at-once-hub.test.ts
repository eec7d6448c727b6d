import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { budgets } from '../../src/api/budgets.ts';
import { conditionOf } from '../../src/api/condition.ts';
import { noticeKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { weightLabel } from '../../src/api/labels.ts';
import { memberNamespace, workerAccount } from '../../src/api/places.ts';
import { heaviest } from '../../src/exchange/rate-weight.ts';
import { roleBindingKind } from '../../src/kubernetes/kinds.ts';
import { membersBinding, readersBinding } from '../../src/plan/hub/exchange.ts';
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
    ['while another floods those who ask it', true],
    ['while nobody floods', false],
  ])('%s is bypassed and named all the same', async (_, floods) => {
    const north = await fleet.join('north');
    await eastOffers();
    await vi.waitFor(() => expect(north.api.objects(sliceNodeKind)).toHaveLength(2), wait);
    agentSpeaks(north);
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind)).toHaveLength(6), wait);
    let pages = 0;
    if (floods) {
      const filler = (position: number) => ({
        cluster: 'north',
        kind: 'Node' as const,
        subject: `n${position}`,
        statement: JSON.stringify({ filler: 'x'.repeat(500), position }),
        signature: 'AAAA',
      });
      const page = (after: number) => {
        pages += 1;
        return { next: after + 100, more: true, notices: Array.from({ length: 100 }, (__, index) => filler(after + index)) };
      };
      // What it offers is always another thing than before.
      fleet.lie('north', page, (after) => ({ position: after + 1, digest: String(pages).padStart(64, '0') }));
    }
    const honest = await withhold();
    runPod(east, 'b');
    await inTime(() => expect(endpoints(west)).toHaveLength(2));
    await inTime(() => expect(conditionHere('HubWithholds')).toMatchObject({ status: 'True', reason: 'StatementsWithheld' }));
    expect(conditionHere('HubWithholds')?.message).toContain(' east (since');
    runPod(east, 'c');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(3), wait);
    expect(pages > 0).toBe(floods);
    // Nobody loses a node by it, and nothing of the flood is kept.
    expect(west.api.objects(slicePeerKind)).toHaveLength(6);
    expect(west.api.objects(noticeKind).filter(({ spec }) => spec.cluster === 'north' && spec.kind === 'Node')).toHaveLength(2);
    honest();
    fleet.hub.disconnect();
    await inTime(() => expect(conditionHere('HubWithholds')).toMatchObject({ status: 'False' }));
  });

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
