import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { noticeKind, serviceExportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { podKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, eastOffers, endExample, endpoints, everybodySpeaks, fleet, nodesOf, runPod, wait, west } from './example.ts';

/*
 * Failures that come together: each alone has its own tests. The exchange is the real one, through tunnels that lead from one API server to the other.
 */

const removePod = (name: string): void => {
  east.api.remove(podKind, { namespace: 'app-ns', name });
};
/** What the cluster's own API server has of everything that a worker writes and reads there. */
const copyOf = (api: typeof east.api) => {
  const kinds = [noticeKind, podKind, sliceKind, sliceNodeKind, slicePeerKind, serviceExportKind] as const;
  return kinds.map((kind) => ({
    kind,
    objects: api.objects<never>(kind as never) as readonly { metadata: { name: string; namespace?: string } }[],
  }));
};
const restore = (api: typeof east.api, copy: ReturnType<typeof copyOf>): void => {
  for (const { kind, objects } of copy) {
    const names = new Set(objects.map(({ metadata }) => metadata.name));
    for (const { metadata } of api.objects<never>(kind as never) as unknown as { metadata: { name: string; namespace?: string } }[])
      if (!names.has(metadata.name)) api.remove(kind, { namespace: metadata.namespace ?? '', name: metadata.name });
    for (const object of objects) api.put(kind as never, object as never);
  }
};
const refused = () =>
  conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'StatementsVerified')?.status;

beforeEach(beginExample);
afterEach(endExample);

describe('two failures at once', () => {
  it('an API server that is restored from an older copy: what its cluster says then counts, though the others have later statements', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(endpoints(east)).toHaveLength(1), wait);
    const copy = copyOf(east.api);
    runPod(east, 'b');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), wait);
    await east.stop();
    restore(east.api, copy);
    east.start();
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(1), wait);
    await vi.waitFor(() => expect(refused()).not.toBe('False'), wait);
  });

  it('the same while the hub is away: the next change of the cluster counts', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(endpoints(east)).toHaveLength(1), wait);
    await fleet.hub.pause();
    fleet.clock.leap(3_000);
    const copy = copyOf(east.api);
    runPod(east, 'b');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), wait);
    await east.stop();
    restore(east.api, copy);
    east.start();
    fleet.clock.leap(6_000);
    runPod(east, 'c');
    await vi.waitFor(() => expect(endpoints(west)).toEqual(endpoints(east)), wait);
    expect(endpoints(west)).toHaveLength(2);
    await fleet.hub.resume();
    runPod(east, 'd');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(3), wait);
    expect(refused()).not.toBe('False');
  });

  it('agents and worker of a cluster restart together while the hub is away: changes go on in both directions', async () => {
    await eastOffers();
    await fleet.hub.pause();
    fleet.clock.leap(3_000);
    const heal = fleet.cut('east');
    await east.stop();
    removePod('a');
    runPod(east, 'b');
    east.start();
    fleet.clock.leap(6_000);
    await vi.waitFor(() => expect(endpoints(east)).toHaveLength(1), wait);
    heal();
    await fleet.soon(() => expect(endpoints(west)).toEqual(endpoints(east)), { stepMs: 1_000 });
    await fleet.hub.resume();
    runPod(east, 'c');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), wait);
  });

  it('a member floods those who ask it while the hub is away: the others are heard all the same, and it fills no memory', async () => {
    const north = await fleet.join('north');
    await eastOffers();
    await everybodySpeaks();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind)).toHaveLength(6), wait);
    expect(nodesOf(north)).toHaveLength(2);
    let pages = 0;
    fleet.lie('north', (after) => {
      pages += 1;
      // So much work, and no more, however slow the machine is.
      if (pages > 40) return { next: after, more: false, notices: [] };
      const notices = Array.from({ length: 100 }, (_, index) => ({
        cluster: 'north',
        kind: 'Node' as const,
        subject: `n${after}-${index}`,
        statement: JSON.stringify({ filler: 'x'.repeat(500), after, index }),
        signature: 'AAAA',
      }));
      return { next: after + 100, more: true, notices };
    });
    await fleet.hub.pause();
    fleet.clock.leap(3_000);
    await vi.waitFor(() => expect(pages).toBeGreaterThan(3), wait);
    runPod(east, 'b');
    await vi.waitFor(() => expect(endpoints(west)).toHaveLength(2), wait);
    expect(west.api.objects(slicePeerKind)).toHaveLength(6);
    const kept = west.api.objects(noticeKind).filter(({ spec }) => spec.cluster === 'north' && spec.kind === 'Node');
    expect(kept.map(({ spec }) => spec.subject).toSorted()).toEqual(['node-1', 'node-2']);
  });
});
