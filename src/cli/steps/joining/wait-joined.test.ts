import { afterEach, beforeEach, expect, it } from 'vitest';
import { clusterKind } from '../../../api/kinds.ts';
import { connectionConfigMap, memberNamespace } from '../../../api/places.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import { testTerminal } from '../../cli.fixtures.ts';
import { waitUntilRegistered } from './wait-joined.ts';

let api: FakeApi;
let member: Client;
beforeEach(async () => {
  api = await startFakeApi({ kinds: [clusterKind, configMapKind] });
  member = createClient(api.connection, { fieldManager: 'test' });
  const ready = { type: 'Ready', status: 'True' as const, reason: 'Registered', message: 'As before.', lastTransitionTime: 't' };
  api.put(clusterKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'east', namespace: 'default' },
    spec: {},
    status: { conditions: [ready] },
  });
});
afterEach(async () => {
  member.close();
  await api.stop();
});

const reports = (status: 'True' | 'False', message: string): void => {
  const conditions = JSON.stringify([{ type: 'HubReachable', status, reason: 'X', message, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  const metadata = { name: connectionConfigMap, namespace: memberNamespace };
  api.put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { conditions } });
};
const wait = () =>
  waitUntilRegistered({
    hub: { server: api.connection.server, ca: '', project: 'default', namespace: 'default', cluster: 'east', token: 'valid' },
    member,
    context: 'east',
    terminal: testTerminal(),
    timeoutMs: 1_000,
    signal: new AbortController().signal,
  });

it('a cluster that the hub counts as connected from before is not, while its worker does not reach the hub', async () => {
  reports('False', 'The hub does not answer this cluster.');
  await expect(wait()).rejects.toMatchObject({
    code: 'Timeout',
    message: expect.stringMatching(/its worker does not reach the hub.*its worker reports: The hub does not answer this cluster/),
  });
});

it('is connected once its worker says so, too', async () => {
  reports('False', 'Not yet.');
  const waiting = wait();
  await expect.poll(() => api.requests.some((line) => line.includes(connectionConfigMap))).toBe(true);
  reports('True', 'The hub answers.');
  await waiting;
});
