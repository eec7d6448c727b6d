import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { credentialRequestName } from '../../src/api/credentialrequest/type.ts';
import { clusterKind, credentialRequestKind } from '../../src/api/kinds.ts';
import {
  authoritySecret,
  credentialRequestAccount,
  hubNamespace,
  hubSecret,
  memberNamespace,
  workerAccount,
} from '../../src/api/places.ts';
import { type Authority, type AuthorityFiles, openAuthority } from '../../src/identity/authority.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { proveAuthority } from '../../src/identity/credential-proof.ts';
import { rotateAuthority } from '../../src/identity/rotate-authority.ts';
import { ephemeralKey } from '../../src/identity/sealed-box.ts';
import { authorityData } from '../../src/identity/stored-authority.ts';
import { planCredentialRequestAccess, planHubAddress } from '../../src/install/rights/cluster-access.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../src/kubernetes/fake/fake-api.ts';
import { type RealApi, realPrograms } from '../../src/kubernetes/fixtures/real-api.ts';
import { type Secret, secretKind, serviceAccountKind } from '../../src/kubernetes/kinds.ts';
import { leadController } from '../../src/reconcile/hub/lead.ts';
import { mirrorsOf, observeHub } from '../../src/reconcile/hub/world.ts';
import { type Hub, openHub } from '../../src/reconcile/member/hub/hub.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { type Clock, systemClock } from '../../src/values/clock.ts';
import { type HubApi, startHubApi } from './hub-api.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: renewing a hub credential by proof, on a real API server: ${programs}`);

const call = { signal: AbortSignal.timeout(170_000) };
const owner = { cluster: 'east', project: 'default' };
/** What is left of a token after an outage of whatever length: nothing that the hub takes. */
const dead = `x.${Buffer.from(JSON.stringify({ iat: 1, exp: 3601 })).toString('base64url')}.x`;
const day = 86_400_000;
const clockAhead = (ms: number): Clock => ({ ...systemClock, now: () => Date.now() + ms });
const own = { namespace: hubNamespace, name: credentialRequestName('default', 'east') };

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('B3: a member whose hub credential has run out', () => {
  let hubApi: HubApi;
  let api: RealApi;
  let admin: Client;
  let member: FakeApi;
  let local: Client;
  let files: AuthorityFiles;
  let authority: Authority;
  let renewalToken: string;
  const stopping = new AbortController();
  const open: Client[] = [];

  const as = (token: string): Client => hubApi.open(token);

  beforeAll(async () => {
    hubApi = await startHubApi(['east'], call);
    ({ api, admin } = hubApi);
    await hubApi.apply([
      ...planCredentialRequestAccess('default', 'east'),
      ...planCredentialRequestAccess('default', 'west'),
      planHubAddress({ server: `https://127.0.0.1:1 ${api.connection.server}`, ca: api.connection.ca ?? '' }),
    ]);
    files = await createAuthority(owner, Date.now(), (bytes) => randomBytes(bytes));
    authority = openAuthority(files, owner);
    await admin.mergePatch(clusterKind, { namespace: 'default', name: 'east' }, { spec: { caBundle: files.certificate } }, call);
    renewalToken = await hubApi.tokenOf(hubNamespace, credentialRequestAccount('default', 'east'));

    // The controller with the rights that it is given, and no more.
    const controller = as(await hubApi.tokenOf(hubNamespace, 'kubeslice-controller'));
    const world = observeHub(controller, quietLog, createMetrics());
    for (const mirror of mirrorsOf(world)) void mirror.run(stopping.signal);
    void leadController(world, { instance: 'c', credentialSeconds: 600 }, systemClock, stopping.signal).catch(() => {});
    member = await startFakeApi({ kinds: [secretKind] });
    local = createClient(member.connection, { fieldManager: 'worker' });
  });

  afterAll(async () => {
    stopping.abort();
    for (const client of [...open, local]) client?.close();
    await member?.stop();
    await hubApi?.stop();
  });

  const keep = (name: string, data: Record<string, string>): void => {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
    const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: memberNamespace }, data: encoded };
    member.put(secretKind, secret);
  };
  const kept = (key: string): string => {
    const data = member.read(secretKind, { namespace: memberNamespace, name: hubSecret })?.data ?? {};
    return Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  };
  const worker = async (clock: Clock, access: Record<string, string> = {}): Promise<Hub> => {
    keep(authoritySecret, { ...authorityData(files) });
    const place = { server: api.connection.server, 'ca.crt': api.connection.ca ?? '', namespace: 'default', ...owner };
    keep(hubSecret, { ...place, token: dead, 'renewal-token': renewalToken, ...access });
    const hub = await openHub(
      { local, metrics: createMetrics(), log: quietLog, clock, credentialSeconds: 600, fenced: (client) => client },
      call.signal,
    );
    open.push(hub.client);
    return hub;
  };
  const works = (hub: Hub): Promise<unknown> => hub.client.get(clusterKind, { namespace: 'default', name: 'east' }, call);

  it.each([
    ['right', 0],
    ['a day ahead', day],
    ['a day behind', -day],
    ['an hour behind', -3_600_000],
  ])('has a new one by proof of its key, with a clock that is %s', async (_, ahead) => {
    await works(await worker(clockAhead(ahead)));
    expect(kept('token')).not.toBe(dead);
    expect(kept('servers').split('\n')).toContain(api.connection.server);
    await expect(as(kept('token')).raw('/version', call)).resolves.toBeDefined();
  });

  it('finds the hub at another address that it was told of before', async () => {
    const hub = await worker(systemClock, { server: 'https://127.0.0.1:1', servers: api.connection.server });
    await vi.waitFor(() => works(hub), { timeout: 20_000 });
    expect(kept('server')).toBe(api.connection.server);
  });

  it('keeps the authorities of the hub that it was told of, once they are seen to work', async () => {
    const { certificate } = await createAuthority({ cluster: 'hub', project: 'other' }, Date.now(), (bytes) => randomBytes(bytes));
    await works(await worker(systemClock, { 'ca.crt': `${api.connection.ca}\n${certificate}` }));
    expect(kept('ca.crt')).not.toContain(certificate.trim());
    expect(kept('ca.crt')).toContain((api.connection.ca ?? '').trim().slice(0, 200));
  });

  it('whose credential leaked goes on when an administrator deletes its account, and the copy is dead', async () => {
    const hub = await worker(systemClock);
    await works(hub);
    const leaked = as(kept('token'));
    const account = { namespace: 'default', name: workerAccount('east') };
    await admin.delete(serviceAccountKind, account, call);
    const attempt = (): Promise<unknown> => leaked.get(clusterKind, { namespace: 'default', name: 'east' }, call);
    await vi.waitFor(() => expect(attempt()).rejects.toMatchObject({ code: 'Unauthorized' }), { timeout: 30_000, interval: 500 });
    await vi.waitFor(() => works(hub), { timeout: 30_000 });
  });

  describe('and the account with which it asks', () => {
    it('can do nothing else', async () => {
      const requester = as(renewalToken);
      await requester.get(credentialRequestKind, own, call);
      const other = { ...own, name: credentialRequestName('default', 'west') };
      const forbidden = { code: 'Forbidden' };
      await expect(requester.get(credentialRequestKind, other, call)).rejects.toMatchObject(forbidden);
      await expect(requester.list(credentialRequestKind, { namespace: hubNamespace, ...call })).rejects.toMatchObject(forbidden);
      await expect(requester.get(clusterKind, { namespace: 'default', name: 'east' }, call)).rejects.toMatchObject(forbidden);
      await expect(requester.delete(credentialRequestKind, own, call)).rejects.toMatchObject(forbidden);
      const write = (patch: object, subresource?: string): Promise<unknown> =>
        requester.mergePatch(credentialRequestKind, own, patch, { ...call, ...(subresource === undefined ? {} : { subresource }) });
      await expect(write({ status: { challenge: 'mine' } }, 'status')).rejects.toMatchObject(forbidden);
      await expect(write({ metadata: { finalizers: ['example.org/mine'] } })).rejects.toThrow('may change only the spec');
      await expect(write({ metadata: { annotations: { a: 'x' } } })).rejects.toThrow('may change only the spec');
      await expect(write({ spec: { signature: 'x'.repeat(200) } })).rejects.toMatchObject({ code: 'InvalidInput' });
    });

    it('gets nothing without the key, and nothing twice', async () => {
      const requester = as(renewalToken);
      const seen = () => admin.get(credentialRequestKind, own, call);
      const challenge = (await seen()).status?.challenge ?? '';
      const stranger = openAuthority(await createAuthority(owner, Date.now(), (bytes) => randomBytes(bytes)), owner);
      await requester.mergePatch(credentialRequestKind, own, { spec: proveAuthority(stranger, challenge, ephemeralKey()) }, call);
      await vi.waitFor(async () => expect((await seen()).status?.refused).toContain('not signed by the authority'), { timeout: 20_000 });
      expect((await seen()).status?.challenge).toBe(challenge);

      const question = proveAuthority(authority, challenge, ephemeralKey());
      await requester.mergePatch(credentialRequestKind, own, { spec: question }, call);
      await vi.waitFor(async () => expect((await seen()).status?.answer?.challenge).toBe(challenge), { timeout: 20_000 });
      const answered = await seen();
      expect(answered.status?.refused).toBeUndefined();
      await requester.mergePatch(credentialRequestKind, own, { spec: { signature: null } }, call);
      await requester.mergePatch(credentialRequestKind, own, { spec: question }, call);
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect((await seen()).status).toEqual(answered.status);
    });
  });

  it('has a new one after a rotation, and whoever kept the key from before has none', async () => {
    const before = authority;
    files = await rotateAuthority(files, owner, Date.now(), (bytes) => randomBytes(bytes));
    await works(await worker(systemClock));
    expect(kept('token')).not.toBe(dead);
    const seen = () => admin.get(credentialRequestKind, own, call);
    expect((await seen()).status?.rotations).toEqual(files.rotations);
    const question = proveAuthority(before, (await seen()).status?.challenge ?? '', ephemeralKey());
    await as(renewalToken).mergePatch(credentialRequestKind, own, { spec: { rotations: null, ...question } }, call);
    await vi.waitFor(async () => expect((await seen()).status?.refusedKey).toBe(question.publicKey), { timeout: 20_000 });
    // And the cluster goes on.
    await works(await worker(systemClock));
    expect(kept('token')).not.toBe(dead);
  });
});
