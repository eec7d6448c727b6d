import { afterEach, beforeEach, expect, it } from 'vitest';
import { authorityOf } from '../../../../test/exchange/author.ts';
import { memberNamespace, trustConfigMap } from '../../../api/places.ts';
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
  trust.refused('Cluster "west" presents another authority.');
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
