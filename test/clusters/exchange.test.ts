import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import {
  membershipKind,
  noticeKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
} from '../../src/api/kinds.ts';
import { hasEnded } from '../../src/api/membership/type.ts';
import { exchangeNamespace, memberNamespace } from '../../src/api/places.ts';
import { configMapKind, namespaceKind, nodeKind } from '../../src/kubernetes/kinds.ts';
import { encodeVotes } from '../../src/plan/links/link-votes.ts';
import { importRecordOf } from '../../src/plan/names/import-record.ts';
import { eventKind } from '../../src/values/builtin/event.ts';
import {
  beginExample,
  boardUID,
  east,
  eastOffers,
  endExample,
  endpoints,
  everybodySpeaks,
  exported,
  fleet,
  importedSlices,
  inForce,
  nodesOf,
  notices,
  offer,
  runPod,
  wait,
  west,
} from './example.ts';
import type { Member } from './fleet.ts';

beforeEach(beginExample);
afterEach(endExample);

describe('two clusters and a slice', () => {
  it('grants blocks that do not overlap, and tells each cluster of the nodes of all', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => {
      for (const member of [east, west]) {
        expect(
          member.api
            .objects(slicePeerKind)
            .map((peer) => `${peer.spec.cluster}/${peer.spec.node}`)
            .toSorted(),
        ).toEqual(['east/node-1', 'east/node-2', 'west/node-1', 'west/node-2']);
      }
    }, wait);
    const blocks = fleet.hub.objects(membershipKind).flatMap((membership) => membership.spec.blocks);
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(fleet.hub.objects(noticeKind).every((notice) => notice.metadata.namespace === exchangeNamespace(boardUID()))).toBe(true);
  });

  it('carries an export to the other cluster with one write on the hub, and a change of readiness with one more', async () => {
    await everybodySpeaks();
    runPod(east, 'a');
    await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    const writes = () => {
      const name = notices('Export')[0]?.metadata.name ?? '';
      return fleet.hub.requests.filter((request) => request.startsWith('PATCH') && request.includes(`/notices/${name}?`)).length;
    };
    const creations = () => fleet.hub.requests.filter((request) => /^POST .*\/notices(\?|$)/.test(request)).length;
    await vi.waitFor(() => expect([notices('Links').length, notices('Cluster').length]).toEqual([2, 2]), wait);
    const before = creations();
    offer(east);
    await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/^east 10\.0\.\d+\.\d+ true$/)]), wait);
    await vi.waitFor(() => expect(endpoints(east)).toEqual(endpoints(west)), wait);
    expect(creations() - before + writes()).toBe(1);
    runPod(east, 'a', false);
    await vi.waitFor(() => expect(endpoints(west)).toEqual([expect.stringMatching(/false$/)]), wait);
    expect(creations() - before).toBe(1);
    expect(writes()).toBe(1);
    await vi.waitFor(
      () => expect(west.api.objects(serviceImportKind)[0]?.status).toMatchObject({ importStatus: 'PENDING', availableEndpoints: 0 }),
      5000,
    );
  });

  it('lets no worker read what only the hub needs', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(notices('Links').length).toBe(2), wait);
    const all = fleet.hub.requests.filter((request) => /^GET .*\/notices(\?|$)/.test(request)).map(decodeURIComponent);
    // The controller alone reads every board, and the metadata only.
    const reads = all.filter((request) => request.includes('/namespaces/') || request.includes('labelSelector'));
    const ofReports = /labelSelector=kubeslice\.io\/statement=links/;
    // Those are the controller's, which reads nothing else.
    expect(reads.filter((request) => ofReports.test(request)).length).toBeGreaterThan(0);
    expect(
      reads
        .filter((request) => !ofReports.test(request))
        .every((request) => request.includes('labelSelector=kubeslice.io/statement!=links')),
    ).toBe(true);
  });

  it('has the service also where its namespace is not, and in the namespace as soon as that is there', async () => {
    const westNamespace = { namespace: '', name: 'app-ns' };
    const places = () =>
      importedSlices(west).map(({ metadata }) => [metadata.namespace, importRecordOf(importedSlices(west)[0]!)?.namespace]);
    west.api.remove(namespaceKind, westNamespace);
    await eastOffers();
    expect(places()).toEqual([[memberNamespace, 'app-ns']]);
    west.api.put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app-ns' } });
    await vi.waitFor(() => expect(places()).toEqual([['app-ns', 'app-ns']]), wait);
    await vi.waitFor(() => expect(west.api.objects(serviceImportKind).length).toBe(1), wait);
    west.api.remove(namespaceKind, westNamespace);
    await vi.waitFor(() => expect(places()).toEqual([[memberNamespace, 'app-ns']]), wait);
    east.api.remove(serviceExportKind, { namespace: 'app-ns', name: 'web' });
    await vi.waitFor(() => expect(importedSlices(west)).toEqual([]), wait);
  });

  it('withdraws a service when its export is deleted, and everything when the slice is', async () => {
    await eastOffers();
    east.api.remove(serviceExportKind, { namespace: 'app-ns', name: 'web' });
    await vi.waitFor(
      () => expect([...importedSlices(west), ...west.api.objects(serviceImportKind), ...inForce('Export')]).toEqual([]),
      5000,
    );
    fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
    await vi.waitFor(() => {
      expect(fleet.hub.objects(sliceKind)).toEqual([]);
      // They stay to say that they ended.
      expect(fleet.hub.objects(membershipKind).map((membership) => hasEnded(membership))).toEqual([true, true]);
      for (const member of [east, west]) {
        for (const kind of [sliceKind, sliceNodeKind, slicePeerKind, serviceImportKind])
          expect(member.api.objects<never>(kind as never)).toEqual([]);
      }
    }, wait);
  });

  it('tells an export that there is no such slice, before there is one and after it has gone', async () => {
    const readiness = () => conditionOf(east.api.objects(serviceExportKind)[0]?.status?.conditions, 'Ready');
    east.api.put(serviceExportKind, { ...exported, spec: { slice: 'nowhere' } });
    await vi.waitFor(() => expect(readiness()).toMatchObject({ status: 'False', reason: 'SliceNotFound' }), wait);
    await everybodySpeaks();
    runPod(east, 'web-1');
    offer(east);
    await vi.waitFor(() => expect(readiness()).toMatchObject({ status: 'True', reason: 'Exported' }), wait);
    fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
    await vi.waitFor(() => expect(readiness()).toMatchObject({ status: 'False', reason: 'SliceNotFound' }), wait);
  });

  it('keeps what it has while the hub is away and the worker restarts', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    await fleet.hub.pause();
    await west.stop();
    west.start();
    await expect(vi.waitFor(() => expect(endpoints(west).length).toBe(0), 700)).rejects.toThrow();
    expect(west.api.objects(slicePeerKind).length).toBe(4);
    await fleet.hub.resume();
    runPod(east, 'b');
    await vi.waitFor(() => expect(endpoints(west).length).toBe(2), wait);
  });

  it('takes down what was withdrawn while its worker was away', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    await east.stop();
    east.api.remove(serviceExportKind, { namespace: 'app-ns', name: 'web' });
    const node = nodesOf(east)[1]?.spec.node ?? '';
    east.api.remove(nodeKind, { name: node });
    east.start();
    await vi.waitFor(() => expect(endpoints(west)).toEqual([]), wait);
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(3), wait);
    expect(inForce('Export')).toEqual([]);
  });

  it('renews what it said before it expires, though nothing changes', async () => {
    await eastOffers();
    const issued = (): string[] =>
      fleet.hub
        .objects(noticeKind)
        .filter(({ spec }) => spec.cluster === 'east' && spec.kind !== 'Links')
        .map(({ metadata, spec }) => `${metadata.name} ${JSON.parse(spec.statement).issuedAt}`);
    const before = issued();
    expect(before.length).toBe(4);
    fleet.clock.leap(4 * 24 * 3_600_000);
    await vi.waitFor(() => expect(issued().filter((one) => before.includes(one))).toEqual([]), wait);
    expect(endpoints(west).length).toBe(1);
  });

  it('tells the slice that it is not ready until links are up, and ready when they are', async () => {
    await everybodySpeaks();
    const ready = () => conditionOf(fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })?.status?.conditions, 'Ready');
    const inMember = (member: Member) =>
      conditionOf(member.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'Ready');
    await vi.waitFor(() => expect(ready()).toMatchObject({ status: 'False', reason: 'LinksPending' }), wait);
    await vi.waitFor(() => expect(inMember(west)).toMatchObject({ status: 'False', reason: 'LinksPending' }), wait);
    for (const member of [east, west]) {
      for (const node of nodesOf(member)) {
        const others = [...fleet.members.keys()].map((cluster): [string, ReturnType<typeof encodeVotes>] => [
          cluster,
          encodeVotes(
            new Map(
              ['node-1', 'node-2'].flatMap((name) =>
                cluster === member.name && name === node.spec.node ? [] : [[name, 'Up' as const] as [string, 'Up']],
              ),
            ),
          ),
        ]);
        const links = { observedAt: '2026-01-01T00:00:00Z', clusters: Object.fromEntries(others) };
        member.api.put(sliceNodeKind, { ...node, status: { ...node.status, links } });
      }
    }
    await vi.waitFor(() => expect(ready()).toMatchObject({ status: 'True', reason: 'Ready' }), wait);
    await vi.waitFor(() => [east, west].map((member) => expect(inMember(member)).toMatchObject({ status: 'True' })), wait);
    const told = () => fleet.hub.objects(eventKind).filter(({ involvedObject }) => involvedObject.kind === 'Slice');
    await vi.waitFor(() => expect(told().map(({ type, reason }) => `${type} ${reason}`)).toContain('Normal Ready'), wait);
  });

  it('admits a cluster that joins later, and puts the stub zone into its DNS', async () => {
    await everybodySpeaks();
    runPod(east, 'a');
    offer(east);
    const north = await fleet.join('north');
    await everybodySpeaks();
    await vi.waitFor(() => expect(endpoints(north).length).toBe(1), wait);
    await vi.waitFor(
      () =>
        expect(north.api.objects(configMapKind).find((one) => one.metadata.name === 'coredns')?.data?.Corefile).toContain('slice.local:53'),
      5000,
    );
  });
});
