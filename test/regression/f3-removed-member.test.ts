import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { clusterKind, membershipKind, noticeKind, sliceKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { namespaceKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, eastOffers, endExample, fleet, notices, wait, west } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

/** What a member does that wants to stay: no label by which it is found, and a finalizer that nobody takes off. */
const holdOn = (cluster: string): void => {
  for (const notice of fleet.hub.objects(noticeKind).filter(({ spec }) => spec.cluster === cluster))
    fleet.hub.put(noticeKind, { ...notice, metadata: { ...notice.metadata, labels: {}, finalizers: ['example.org/mine'] } });
};
const of = (cluster: string) => fleet.hub.objects(noticeKind).filter(({ spec }) => spec.cluster === cluster);
const ended = (cluster: string) => fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === cluster)?.spec.ended;

describe('F3: a member that is removed', () => {
  it.each([
    ['from the slice', () => fleet.hub.put(sliceKind, { ...slices(), spec: { ...slices().spec, clusters: ['west'] } })],
    ['from the project', () => fleet.hub.remove(clusterKind, { namespace: 'default', name: 'east' })],
  ])('%s keeps no notice but its farewell, whatever it did to labels and finalizers', async (_, takeOut) => {
    await eastOffers();
    await fleet.members.get('east')?.stop();
    const others = of('west').map(({ metadata }) => metadata.name);
    holdOn('east');
    takeOut();
    await vi.waitFor(() => expect(of('east').map(({ spec }) => spec.kind)).toEqual(['Cluster']), wait);
    expect(of('east')[0]?.metadata.finalizers ?? []).toEqual([]);
    // Its report may have come meanwhile.
    expect(of('west').map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(others));
    expect(ended('east')).toMatch(/^\d{4}-/);
    expect(ended('west')).toBeUndefined();
  });

  it('keeps its blocks in the others, which say so with the command, until it is a member again', async () => {
    await eastOffers();
    const reserved = () =>
      conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'BlocksReserved');
    await fleet.members.get('east')?.stop();
    const { clusters: _, ...everybody } = slices().spec;
    fleet.hub.put(sliceKind, { ...slices(), spec: { ...everybody, clusters: ['west'] } });
    await vi.waitFor(() => expect(reserved()).toMatchObject({ status: 'True', reason: 'OwnerRemoved' }), wait);
    expect(reserved()?.message).toContain('kubeslice trust forget east');
    fleet.hub.put(sliceKind, { ...slices(), spec: everybody });
    await vi.waitFor(() => expect(reserved()).toMatchObject({ status: 'False' }), wait);
  });

  it('does not hold the board of a slice that is deleted', async () => {
    await eastOffers();
    const board = notices('Cluster')[0]?.metadata.namespace ?? '';
    await fleet.members.get('east')?.stop();
    holdOn('east');
    fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
    await vi.waitFor(() => expect(fleet.hub.read(namespaceKind, { name: board })).toBeUndefined(), wait);
    expect(of('east').flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
    expect([ended('east'), ended('west')]).toEqual([expect.any(String), expect.any(String)]);
  });

  it('is a member again with the same object when it is let in again, and when the slice is made again', async () => {
    await eastOffers();
    const before = fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'east');
    const { clusters: _, ...everybody } = slices().spec;
    fleet.hub.put(sliceKind, { ...slices(), spec: { ...everybody, clusters: ['west'] } });
    await vi.waitFor(() => expect(ended('east')).toBeDefined(), wait);
    fleet.hub.put(sliceKind, { ...slices(), spec: everybody });
    await vi.waitFor(() => expect(ended('east')).toBeUndefined(), wait);
    const after = fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'east');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.spec).toEqual(before?.spec);

    const { namespace, name } = slices().metadata;
    const made = slices();
    fleet.hub.remove(sliceKind, { namespace: namespace ?? '', name });
    await vi.waitFor(() => expect([ended('east'), ended('west')]).not.toContain(undefined), wait);
    await vi.waitFor(() => expect(fleet.hub.objects(sliceKind)).toEqual([]), wait);
    fleet.hub.put(sliceKind, { ...made, metadata: { name, namespace: namespace ?? '' } });
    await vi.waitFor(() => expect([ended('east'), ended('west')]).toEqual([undefined, undefined]), wait);
    const uid = slices().metadata.uid;
    expect(fleet.hub.objects(membershipKind).map(({ spec }) => spec.sliceUID)).toEqual([uid, uid]);
  });
});

const slices = () => {
  const found = fleet.hub.objects(sliceKind)[0];
  if (found === undefined) throw new Error('there is no slice');
  return found;
};
