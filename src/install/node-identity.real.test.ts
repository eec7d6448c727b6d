import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sliceNodeKind, slicePeerKind } from '../api/kinds.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../api/places.ts';
import type { SliceNode } from '../api/slicenode/type.ts';
import { createNodeKey } from '../identity/node/node-key.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { fixedToken } from '../kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../kubernetes/fixtures/real-api.ts';
import { configMapKind, nodeKind, podKind, serviceAccountKind, type TokenRequest } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planCrds } from './crds.ts';
import { resourceKindOf } from './kinds.ts';
import { planMember } from './member.ts';
import { memberDefaults } from './options.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: identities of nodes on a real API server: ${programs}`);

const call = { signal: AbortSignal.timeout(110_000) };
const orders = { name: forgottenConfigMap, namespace: memberNamespace };

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on the API server of a member', () => {
  let api: RealApi;
  let admin: Client;
  let agent: Client;
  let worker: Client;
  const clients: Client[] = [];

  const as = async (name: string, pod?: string): Promise<Client> => {
    const request: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600, ...(pod === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod } }) },
    };
    const { status } = await admin.createSubresource(serviceAccountKind, { name, namespace: memberNamespace }, 'token', request, call);
    const credential = { kind: 'token' as const, token: fixedToken(status?.token ?? '') };
    const client = createClient({ ...api.connection, credential }, { fieldManager: 'test' });
    clients.push(client);
    return client;
  };
  const apply = async (objects: readonly KubernetesObject[]): Promise<void> => {
    for (const one of objects) await admin.apply(resourceKindOf(one), one, call);
  };
  const sliceNode = (node: string): SliceNode => ({
    apiVersion: 'networking.kubeslice.io/v1beta1',
    kind: 'SliceNode',
    metadata: { name: `app.${node}`, namespace: memberNamespace },
    spec: { slice: 'app', sliceUID: 'u', node, sliceSubnet: '10.3.0.0/16', blocks: [], driver: 'Auto' },
  });
  const publish = (node: string, status: SliceNode['status']): Promise<unknown> =>
    agent.mergePatch(sliceNodeKind, sliceNode(node).metadata, { status }, { ...call, subresource: 'status' });

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    clients.push(admin);
    await apply(planCrds('member'));
    for (const kind of [sliceNodeKind, slicePeerKind])
      await vi.waitFor(() => admin.list<KubernetesObject>(kind, call), { timeout: 20_000 });
    await apply(planMember(memberDefaults('image')));
    for (const name of ['n1', 'n2']) await admin.create(sliceNodeKind, sliceNode(name), call);
    await admin.create(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, call);
    const spec = { nodeName: 'n1', serviceAccountName: 'kubeslice-agent', containers: [{ name: 'agent', image: 'image' }] };
    await admin.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'agent-1', namespace: memberNamespace }, spec }, call);
    agent = await as('kubeslice-agent', 'agent-1');
    worker = await as('kubeslice-worker');
    // Policies take effect a moment after they are written.
    await vi.waitFor(() => expect(publish('n2', { port: 51_820 })).rejects.toThrow('may change only the status of its own'), {
      timeout: 20_000,
    });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await api?.stop();
  });

  it('an agent publishes the key of its own node and of no other, in the form of such a key', async () => {
    const { publicKey } = createNodeKey().key;
    await publish('n1', { identity: { publicKey, proof: 'proof' } });
    expect((await admin.get(sliceNodeKind, { name: 'app.n1', namespace: memberNamespace }, call)).status?.identity?.publicKey).toBe(
      publicKey,
    );
    await expect(publish('n2', { identity: { publicKey, proof: 'proof' } })).rejects.toThrow('may change only the status of its own');
    await expect(publish('n1', { identity: { publicKey: 'short', proof: 'proof' } })).rejects.toThrow('status.identity.publicKey');
  });

  it('only the worker writes the certificate', async () => {
    const certify = (client: Client) =>
      client.mergePatch(sliceNodeKind, { name: 'app.n1', namespace: memberNamespace }, { spec: { certificate: 'PEM' } }, call);
    await certify(worker);
    await expect(certify(agent)).rejects.toThrow(/cannot patch resource "slicenodes"/);
    await publish('n1', { port: 51_821 });
    expect((await admin.get(sliceNodeKind, { name: 'app.n1', namespace: memberNamespace }, call)).spec.certificate).toBe('PEM');
  });

  it('no program writes the orders of administrators to forget a cluster; agents read these and no other ConfigMap', async () => {
    const selection = { namespace: memberNamespace, fieldSelector: `metadata.name=${orders.name}`, ...call };
    expect((await agent.list(configMapKind, selection)).items).toHaveLength(1);
    await expect(agent.get(configMapKind, { ...orders, name: trustConfigMap }, call)).rejects.toThrow('forbidden');
    await expect(agent.list(configMapKind, { namespace: memberNamespace, ...call })).rejects.toThrow('forbidden');
    for (const account of [agent, worker])
      await expect(account.mergePatch(configMapKind, orders, { data: { west: 'now' } }, call)).rejects.toThrow('forbidden');
    await admin.mergePatch(configMapKind, orders, { data: { west: 'now' } }, call);
    // Installing again keeps them.
    await apply(planMember(memberDefaults('image')).filter(({ kind }) => kind === 'ConfigMap'));
    expect((await admin.get(configMapKind, orders, call)).data).toEqual({ west: 'now' });
  });
});
