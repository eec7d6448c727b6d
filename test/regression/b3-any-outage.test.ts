import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialRequestName } from '../../src/api/credentialrequest/type.ts';
import { clusterKind, credentialRequestKind } from '../../src/api/kinds.ts';
import { authoritySecret, hubNamespace, hubSecret, memberNamespace, workerAccount } from '../../src/api/places.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { type Secret, secretKind } from '../../src/kubernetes/kinds.ts';
import { type Hub, openHub } from '../../src/reconcile/member/hub/hub.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { type Fleet, startFleet } from '../clusters/fleet.ts';

const { signal } = new AbortController();
const minute = 60_000;
const owner = { cluster: 'east', project: 'default' };
let fleet: Fleet;
let member: FakeApi;
let local: Client;
let hub: Hub;

beforeEach(async () => {
  fleet = await startFleet();
  member = await startFakeApi({ kinds: [secretKind] });
  local = createClient(member.connection, { fieldManager: 'worker' });
  const files = await createAuthority(owner, Date.now(), (bytes) => randomBytes(bytes));
  const now = Math.floor(fleet.clock.now() / 1000);
  const token = `x.${Buffer.from(JSON.stringify({ iat: now, exp: now + 3600 })).toString('base64url')}.x`;
  const keep = (name: string, texts: Record<string, string>): Secret =>
    member.put(secretKind, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: memberNamespace },
      data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
    });
  keep(authoritySecret, { 'tls.crt': files.certificate, 'tls.key': files.privateKey });
  keep(hubSecret, {
    server: fleet.hub.connection.server,
    'ca.crt': '',
    token,
    'renewal-token': 'renewal-token',
    namespace: 'default',
    ...owner,
  });
  fleet.hub.put(clusterKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'east', namespace: 'default' },
    spec: { caBundle: files.certificate },
  });
  fleet.hub.put(credentialRequestKind, {
    apiVersion: 'exchange.kubeslice.io/v1alpha1',
    kind: 'CredentialRequest',
    metadata: { name: credentialRequestName('default', 'east'), namespace: hubNamespace },
    spec: {},
  });
  const shared = { local, metrics: createMetrics(), log: quietLog, clock: fleet.clock, credentialSeconds: 3600 };
  hub = await openHub({ ...shared, fenced: (client) => client }, signal);
});
afterEach(async () => {
  hub.client.close();
  local.close();
  await member.stop();
  await fleet.stop();
});

const works = (): Promise<unknown> => hub.client.get(clusterKind, { namespace: 'default', name: 'east' }, { signal });

describe('B3: a member whose hub was away', () => {
  it.each([
    ['15 minutes', 15 * minute],
    ['61 minutes', 61 * minute],
    ['8 days', 8 * 24 * 60 * minute],
  ])('for %s is back by itself', async (_, ms) => {
    await works();
    await fleet.hub.pause();
    fleet.clock.leap(ms);
    await expect(works()).rejects.toMatchObject({ retry: 'later' });
    await fleet.hub.resume();
    // A token that ran out gets no other one.
    if (ms > 60 * minute) fleet.hub.faults.add({ path: new RegExp(`/${workerAccount('east')}/token`), effect: { status: 401 }, times: 1 });
    await vi.waitFor(works, { timeout: 60_000 });
    const data = member.read(secretKind, { namespace: memberNamespace, name: hubSecret })?.data ?? {};
    const token = Buffer.from(data.token ?? '', 'base64').toString('utf8');
    expect(token.startsWith('fake-token:')).toBe(ms > 60 * minute);
  });
});
