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
import { exchangeNamespace, memberNamespace } from '../../src/api/places.ts';
import type { ServiceExport } from '../../src/api/serviceexport/type.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import {
  configMapKind,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  roleBindingKind,
  serviceKind,
} from '../../src/kubernetes/kinds.ts';
import { importRecordOf } from '../../src/plan/dns/import-record.ts';
import { eventKind } from '../../src/values/builtin/event.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';

const slice: Slice = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'app', namespace: 'default', uid: 'slice-uid-1', generation: 1 },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } },
};
const exported: ServiceExport = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name: 'web', namespace: 'app-ns', uid: 'export-uid', generation: 1 },
  spec: { slice: 'app' },
};
const key = (node: number): string => Buffer.alloc(32, node).toString('base64');

let fleet: Fleet;
let east: Member;
let west: Member;
let keys = 0;
/** Machines that are busy take their time; a test that passes does not wait for it. */
const wait = { timeout: 20_000 };

const nodesOf = (member: Member) => member.api.objects(sliceNodeKind);
const boardUID = (): string => fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })?.metadata.uid ?? '';
const notices = (kind: string) => fleet.hub.objects(noticeKind).filter((notice) => notice.spec.kind === kind);
const importedSlices = (member: Member) => member.api.objects(endpointSliceKind);

/** What an agent would say when it has made its tunnel. */
const agentSpeaks = (member: Member): void => {
  for (const node of nodesOf(member)) {
    if (node.status?.publicKey !== undefined) continue;
    keys += 1;
    const router = (node.spec.blocks[0] ?? '').replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 1}`);
    const status = {
      publicKey: key(keys),
      port: 51820,
      endpoints: [{ address: `192.168.7.${keys}`, port: 51820 }],
      drivers: ['wireguard'],
      router,
      pods: {},
      links: {},
    };
    member.api.put(sliceNodeKind, { ...node, status });
  }
};
const everybodySpeaks = async (): Promise<void> => {
  for (const member of fleet.members.values()) {
    await vi.waitFor(() => expect(nodesOf(member).length).toBe(2), wait);
    agentSpeaks(member);
  }
};
const runPod = (member: Member, name: string, ready = true): void => {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }] as const;
  const podObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'app-ns', labels: { app: 'web' } },
    spec: { containers: [] },
    status: { phase: 'Running' as const, conditions },
  };
  const uid = member.api.put(podKind, podObject).metadata.uid ?? '';
  const node = nodesOf(member)[0];
  if (node === undefined || node.status?.pods?.[uid] !== undefined) return;
  const address = (node.spec.blocks[0] ?? '').replace(
    /\.(\d+)\/\d+$/,
    (_, last: string) => `.${Number(last) + 2 + Object.keys(node.status?.pods ?? {}).length}`,
  );
  member.api.put(sliceNodeKind, {
    ...node,
    status: { ...node.status, pods: { ...node.status?.pods, [uid]: { namespace: 'app-ns', name, address } } },
  });
};
const offer = (member: Member): void => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'app-ns' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  member.api.put(serviceKind, service);
  member.api.put(serviceExportKind, exported);
};
const endpoints = (member: Member) =>
  importedSlices(member).flatMap((one) =>
    (one.endpoints ?? []).map(
      (endpoint) =>
        `${one.metadata.labels?.['multicluster.kubernetes.io/source-cluster']} ${endpoint.addresses[0]} ${endpoint.conditions?.ready}`,
    ),
  );

/** East offers a service with one pod, and west has heard of it. */
const eastOffers = async (): Promise<void> => {
  await everybodySpeaks();
  runPod(east, 'a');
  offer(east);
  await vi.waitFor(() => expect(endpoints(west).length).toBe(1), wait);
};

beforeEach(async () => {
  fleet = await startFleet();
  east = await fleet.join('east');
  west = await fleet.join('west');
  fleet.hub.put(sliceKind, slice);
});
afterEach(() => fleet.stop());

describe('two clusters and a slice', { timeout: 60_000 }, () => {
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
    const writes = () =>
      fleet.hub.requests.filter((request) => !request.startsWith('GET') && request.includes('/notices') && request.includes('export'))
        .length;
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
      () => expect([...importedSlices(west), ...west.api.objects(serviceImportKind), ...notices('Export')]).toEqual([]),
      5000,
    );
    fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
    await vi.waitFor(() => {
      expect(fleet.hub.objects(sliceKind)).toEqual([]);
      expect(fleet.hub.objects(membershipKind)).toEqual([]);
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

  it('does not use what the hub forged, and says so', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    const notice = notices('Node').find((one) => one.spec.cluster === 'east' && one.spec.subject === 'node-1');
    if (notice === undefined) throw new Error('no notice');
    const before = west.api.read(slicePeerKind, { namespace: memberNamespace, name: 'app.east.node-1' })?.spec;
    const forged = notice.spec.statement.replace(/"address":"192\.168\.7\.\d+"/, '"address":"203.0.113.9"');
    expect(forged).not.toBe(notice.spec.statement);
    await east.stop();
    fleet.hub.put(noticeKind, { ...notice, spec: { ...notice.spec, statement: forged } });
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'StatementsVerified')).toMatchObject({ status: 'False', reason: 'StatementRefused' });
    }, wait);
    expect(west.api.read(slicePeerKind, { namespace: memberNamespace, name: 'app.east.node-1' })?.spec).toEqual(before);
  });

  it('says again what somebody altered', async () => {
    await eastOffers();
    const offers = () => notices('Export').filter(({ spec }) => spec.cluster === 'east');
    await vi.waitFor(() => expect(offers().length).toBe(1), wait);
    const [notice] = offers();
    if (notice === undefined) throw new Error('no notice');
    for (const altered of [
      { ...notice.spec, statement: notice.spec.statement.replace('"name":"web"', '"name":"wob"') },
      { ...notice.spec, signature: 'AAAA' },
    ]) {
      fleet.hub.put(noticeKind, { ...notice, spec: altered });
      await vi.waitFor(() => {
        expect(offers()).toHaveLength(1);
        expect(offers()[0]?.spec.statement).toContain('"name":"web"');
        expect(offers()[0]?.spec.signature.length).toBeGreaterThan(80);
      }, wait);
    }
  });

  it('does not believe again what was taken back, and its author takes it down', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(endpoints(west).length).toBe(1), wait);
    const [taken] = notices('Export');
    if (taken === undefined) throw new Error('no notice');
    east.api.remove(serviceExportKind, { namespace: 'app-ns', name: 'web' });
    await vi.waitFor(() => expect(endpoints(west)).toEqual([]), wait);
    await east.stop();
    fleet.hub.put(noticeKind, taken);
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'StatementsVerified')).toMatchObject({ message: expect.stringContaining('has serial') });
    }, wait);
    expect(endpoints(west)).toEqual([]);
    east.start();
    await vi.waitFor(() => expect(notices('Export')).toEqual([]), wait);
  });

  it('keeps the last good state over a restart while what hangs there is refused, and lets it go with the notice', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    // It is written after the endpoints.
    await vi.waitFor(() => expect(west.api.objects(serviceImportKind).length).toBe(1), wait);
    await Promise.all([east.stop(), west.stop()]);
    const spoilt = fleet.hub.objects(noticeKind).filter(({ spec }) => spec.cluster === 'east' && spec.kind !== 'Cluster');
    for (const notice of spoilt) fleet.hub.put(noticeKind, { ...notice, spec: { ...notice.spec, signature: 'AAAA' } });
    west.start();
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'StatementsVerified')).toMatchObject({ status: 'False' });
    }, wait);
    await expect(vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).not.toBe(4), 700)).rejects.toThrow();
    expect(endpoints(west).length).toBe(1);
    expect(west.api.objects(serviceImportKind).length).toBe(1);
    for (const { metadata } of spoilt) fleet.hub.remove(noticeKind, { namespace: metadata.namespace ?? '', name: metadata.name });
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(2), wait);
    await vi.waitFor(() => expect(endpoints(west).length + west.api.objects(serviceImportKind).length).toBe(0), wait);
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
    expect(notices('Export')).toEqual([]);
  });

  it('says again what somebody took off the board', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
    for (const { metadata } of notices('Node')) fleet.hub.remove(noticeKind, { namespace: metadata.namespace ?? '', name: metadata.name });
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(2), wait);
    fleet.clock.leap(301_000);
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
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

  it('makes a notice board and the rights to it again that somebody took away', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
    const [binding] = fleet.hub.objects(roleBindingKind);
    fleet.hub.remove(roleBindingKind, { namespace: binding?.metadata.namespace ?? '', name: binding?.metadata.name ?? '' });
    fleet.clock.leap(601_000);
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
  });

  it('tells the slice that it is not ready until links are up, and ready when they are', async () => {
    await everybodySpeaks();
    const ready = () => conditionOf(fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })?.status?.conditions, 'Ready');
    await vi.waitFor(() => expect(ready()).toMatchObject({ status: 'False', reason: 'LinksPending' }), wait);
    for (const member of [east, west]) {
      for (const node of nodesOf(member)) {
        const others = [...fleet.members.keys()]
          .flatMap((cluster) => ['node-1', 'node-2'].map((name) => `${cluster}/${name}`))
          .filter((name) => name !== `${member.name}/${node.spec.node}`);
        const links = Object.fromEntries(
          others.map((name) => [name, { driver: 'wireguard', state: 'Up' as const, reason: 'answers', since: '2026-01-01T00:00:00Z' }]),
        );
        member.api.put(sliceNodeKind, { ...node, status: { ...node.status, links } });
      }
    }
    await vi.waitFor(() => expect(ready()).toMatchObject({ status: 'True', reason: 'Ready' }), wait);
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
