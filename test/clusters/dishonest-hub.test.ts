import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { membershipKind, noticeKind, serviceExportKind, serviceImportKind, sliceKind, slicePeerKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { namespaceKind, roleBindingKind } from '../../src/kubernetes/kinds.ts';
import {
  beginExample,
  east,
  eastOffers,
  endExample,
  endpoints,
  everybodySpeaks,
  exported,
  fleet,
  inForce,
  nodesOf,
  notices,
  wait,
  west,
} from './example.ts';

beforeEach(beginExample);
afterEach(endExample);

describe('a hub that lies or forgets', () => {
  it('does not use what the hub forged, and says so', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    const notice = notices('Node').find((one) => one.spec.cluster === 'east' && one.spec.subject === 'node-1');
    if (notice === undefined) throw new Error('no notice');
    const before = west.api.read(slicePeerKind, { namespace: memberNamespace, name: 'app.east.node-1' })?.spec;
    const forged = notice.spec.statement.replace(/"address":"192\.168\.\d+\.\d+"/, '"address":"203.0.113.9"');
    expect(forged).not.toBe(notice.spec.statement);
    await east.stop();
    fleet.hub.put(noticeKind, { ...notice, spec: { ...notice.spec, statement: forged } });
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'StatementsVerified')).toMatchObject({ status: 'False', reason: 'StatementRefused' });
    }, wait);
    expect(west.api.read(slicePeerKind, { namespace: memberNamespace, name: 'app.east.node-1' })?.spec).toEqual(before);
  });

  it('takes no grant that lies over its own network, whatever the hub says', async () => {
    await everybodySpeaks();
    const own = fleet.hub.objects(membershipKind).find(({ spec }) => spec.cluster === 'west');
    if (own === undefined) throw new Error('no membership');
    // An honest controller would take it away, perhaps before the worker has seen it.
    await fleet.stopController();
    const evil = { ...own.spec, slice: 'evil', sliceUID: 'evil-uid', sliceSubnet: '10.244.0.0/23', blocks: ['10.244.1.0/24'] };
    fleet.hub.put(membershipKind, {
      ...own,
      metadata: { name: 'evil.west', namespace: 'default', labels: own.metadata.labels ?? {} },
      spec: evil,
    });
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'evil' })?.status;
      expect(conditionOf(status?.conditions, 'Accepted')).toMatchObject({ status: 'False', reason: 'SubnetOverlap' });
    }, wait);
    // What runs goes on as it was when its own grant is changed so.
    fleet.hub.put(membershipKind, { ...own, spec: { ...own.spec, sliceSubnet: '10.244.0.0/23' } });
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'Accepted')).toMatchObject({ status: 'False', reason: 'SubnetOverlap' });
    }, wait);
    expect(nodesOf(west).map(({ spec }) => spec.sliceSubnet)).toEqual(['10.0.0.0/16', '10.0.0.0/16']);
  });

  it('publishes again what somebody wrote over', async () => {
    await eastOffers();
    const offers = () => notices('Export').filter(({ spec }) => spec.cluster === 'east');
    await vi.waitFor(() => expect(offers().length).toBe(1), wait);
    const [first] = offers();
    east.api.put(serviceExportKind, { ...exported, spec: { ...exported.spec, aliases: ['shop.example'] } });
    await vi.waitFor(() => expect(offers()[0]?.spec.statement).toContain('shop.example'), wait);
    const [notice] = offers();
    if (first === undefined || notice === undefined) throw new Error('no notice');
    for (const altered of [
      first.spec,
      { ...notice.spec, statement: notice.spec.statement.replace('"name":"web"', '"name":"wob"') },
      { ...notice.spec, signature: 'AAAA' },
    ]) {
      fleet.hub.put(noticeKind, { ...notice, spec: altered });
      await vi.waitFor(() => expect(offers().map(({ spec }) => spec)).toEqual([notice.spec]), wait);
    }
    // What it says counts as before.
    expect(endpoints(west).length).toBe(1);
  });

  it('does not believe again what was withdrawn, and its author withdraws it again', async () => {
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
    await vi.waitFor(() => expect(inForce('Export')).toEqual([]), wait);
    expect(endpoints(west)).toEqual([]);
  });

  it('keeps the last good state over a restart while what is on the board is refused, and when it is gone from there', async () => {
    await eastOffers();
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    // It is written after the endpoints.
    await vi.waitFor(() => expect(west.api.objects(serviceImportKind).length).toBe(1), wait);
    const kept = () => [west.api.objects(slicePeerKind).length, endpoints(west).length, west.api.objects(serviceImportKind).length];
    const changed = () => vi.waitFor(() => expect(kept()).not.toEqual([4, 1, 1]), 700);
    await Promise.all([east.stop(), west.stop()]);
    const spoilt = fleet.hub.objects(noticeKind).filter(({ spec }) => spec.cluster === 'east' && spec.kind !== 'Cluster');
    for (const notice of spoilt) fleet.hub.put(noticeKind, { ...notice, spec: { ...notice.spec, signature: 'AAAA', statement: '{}' } });
    west.start();
    await vi.waitFor(() => {
      const status = west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status;
      expect(conditionOf(status?.conditions, 'StatementsVerified')).toMatchObject({ status: 'False' });
    }, wait);
    await expect(changed()).rejects.toThrow();
    for (const { metadata } of spoilt) fleet.hub.remove(noticeKind, { namespace: metadata.namespace ?? '', name: metadata.name });
    await expect(changed()).rejects.toThrow();
    await west.stop();
    west.start();
    await expect(changed()).rejects.toThrow();
  });

  it('publishes again what somebody deleted on the board, which nobody has missed', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
    await vi.waitFor(() => expect(west.api.objects(slicePeerKind).length).toBe(4), wait);
    for (const { metadata } of notices('Node')) fleet.hub.remove(noticeKind, { namespace: metadata.namespace ?? '', name: metadata.name });
    fleet.clock.leap(301_000);
    await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
    expect(west.api.objects(slicePeerKind).length).toBe(4);
  });

  it('makes a notice board and the rights to it again that somebody took away', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
    const [binding] = fleet.hub.objects(roleBindingKind);
    fleet.hub.remove(roleBindingKind, { namespace: binding?.metadata.namespace ?? '', name: binding?.metadata.name ?? '' });
    fleet.clock.leap(601_000);
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
  });

  it('makes a board again at once that was taken away as a whole', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(notices('Links').length).toBe(2), wait);
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
    const [binding] = fleet.hub.objects(roleBindingKind);
    fleet.clock.leap(6_000);
    const board = binding?.metadata.namespace ?? '';
    fleet.hub.remove(roleBindingKind, { namespace: board, name: binding?.metadata.name ?? '' });
    fleet.hub.remove(namespaceKind, { name: board });
    for (const { metadata } of fleet.hub.objects(noticeKind)) fleet.hub.remove(noticeKind, { namespace: board, name: metadata.name });
    await vi.waitFor(() => expect(fleet.hub.objects(roleBindingKind).length).toBe(1), wait);
    expect(fleet.hub.objects(namespaceKind).map(({ metadata }) => metadata.name)).toContain(board);
  });
});
