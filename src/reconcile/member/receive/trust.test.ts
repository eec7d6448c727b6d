import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { authorityOf } from '../../../../test/exchange/author.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../../api/places.ts';
import { markOf, noOrders, writeAuthorityOrders } from '../../../exchange/trust/authority-orders.ts';
import { offersIn, replacedIn } from '../../../exchange/trust/pin-data.ts';
import { createClient } from '../../../kubernetes/client.ts';
import { createEvents } from '../../../kubernetes/events.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { eventKind } from '../../../values/builtin/event.ts';
import { openTrust } from './trust.ts';

let api: FakeApi;
const { signal } = new AbortController();
beforeEach(async () => {
  api = await startFakeApi({ kinds: [configMapKind, eventKind] });
  api.put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: trustConfigMap, namespace: memberNamespace }, data: {} });
});
afterEach(() => api.stop());

it('leaves an event on the ConfigMap of the pins for each pin, replacement and refusal', async () => {
  const client = createClient(api.connection, { fieldManager: 'test', userAgent: 'test' });
  const events = createEvents({ client, component: 'worker', instance: 'w', signal });
  const trust = await openTrust(client, events, signal);
  const [first, second] = [await authorityOf('west'), await authorityOf('west')];
  await trust.pin('west', first.certificate, undefined, signal);
  await trust.pin('west', second.certificate, first.certificate, signal);
  // Of two new ones the first counts: this changes nothing, and there is nothing to report.
  await trust.pin('west', first.certificate, first.certificate, signal);
  trust.refused('Cluster "west" presents another authority.', 'west', undefined);
  await events.flush();
  const reported = api
    .objects(eventKind)
    .map(({ involvedObject, type, reason, message }) => ({ on: involvedObject?.name, type, reason, message }));
  expect(reported).toHaveLength(3);
  expect(reported).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        on: trustConfigMap,
        type: 'Normal',
        reason: 'AuthorityPinned',
        message: expect.stringContaining(first.fingerprint) as string,
      }),
      expect.objectContaining({
        type: 'Warning',
        reason: 'AuthorityReplaced',
        message: expect.stringMatching(`${second.fingerprint}.*${first.fingerprint}`) as string,
      }),
      expect.objectContaining({ type: 'Warning', reason: 'AuthorityRefused', message: 'Cluster "west" presents another authority.' }),
    ]),
  );
  client.close();
});

it('lists what is presented and refused, a few of each cluster, until something is pinned, and keeps what was pinned before', async () => {
  const client = createClient(api.connection, { fieldManager: 'test', userAgent: 'test' });
  const events = createEvents({ client, component: 'worker', instance: 'w', signal });
  const trust = await openTrust(client, events, signal);
  const all = await Promise.all(Array.from({ length: 7 }, () => authorityOf('west')));
  const [first, second, ...others] = all.map(({ certificate }) => certificate);
  if (first === undefined || second === undefined) throw new Error('no authorities');
  const data = () => api.read(configMapKind, { namespace: memberNamespace, name: trustConfigMap })?.data ?? {};
  await trust.pin('west', first, undefined, signal);
  for (const offered of ['rubbish', ...others, ...others.slice(-1)]) trust.refused('Refused.', 'west', offered);
  await vi.waitFor(() => expect(offersIn(data(), 'west')).toEqual(others.slice(-4)));
  await trust.pin('west', second, first, signal);
  expect([offersIn(data(), 'west'), replacedIn(data(), 'west'), data().west]).toEqual([[], [first], second]);
  client.close();
});

it('does not read a pin that is revoked', async () => {
  const client = createClient(api.connection, { fieldManager: 'test', userAgent: 'test' });
  const events = createEvents({ client, component: 'worker', instance: 'w', signal });
  const [west, east] = [await authorityOf('west'), await authorityOf('east')];
  const put = (name: string, data: Record<string, string>) =>
    api.put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: memberNamespace }, data });
  put(trustConfigMap, { west: west.certificate, east: east.certificate });
  const orders = { accepted: undefined, revoked: [markOf(west, '', 'ann')] };
  put(forgottenConfigMap, { ...writeAuthorityOrders(new Map([['west', orders]])) });
  const trust = await openTrust(client, events, signal);
  expect([trust.rootOf('west'), trust.rootOf('east'), trust.orders('west'), trust.orders('east')]).toEqual([
    undefined,
    east.certificate,
    orders,
    noOrders,
  ]);
  client.close();
});
