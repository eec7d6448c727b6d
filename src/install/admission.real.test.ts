import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as ourKinds from '../api/kinds.ts';
import { clusterKind, membershipKind, noticeKind, projectKind, serviceExportKind, sliceKind, sliceNodeKind } from '../api/kinds.ts';
import {
  clusterLabel,
  endpointSliceManager,
  endpointSliceManagerLabel,
  managedBy,
  managedByLabel,
  sliceLabel,
  statementLabel,
} from '../api/labels.ts';
import { memberNamespace } from '../api/places.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { fixedToken } from '../kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../kubernetes/fixtures/real-api.ts';
import {
  configMapKind,
  type EndpointSlice,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  roleBindingKind,
  serviceAccountKind,
  type TokenRequest,
  validatingAdmissionPolicyKind,
} from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planCrds } from './crds.ts';
import { planHub } from './hub.ts';
import { resourceKindOf } from './kinds.ts';
import { planMember } from './member.ts';
import { hubDefaults, memberDefaults } from './options.ts';
import { planCluster, planJoinAccess, planWorkerAccess } from './rights/cluster-access.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: admission policies on a real API server: ${programs}`);

const board = 'kubeslice-exchange-1';
const pem = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const signal = AbortSignal.timeout(110_000);
const call = { signal };

const object = (kind: { kind: string; group: string; version: string }, name: string, namespace: string, spec: object): never =>
  ({ apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, metadata: { name, namespace }, spec }) as never;

const slice = (name: string, sliceSubnet: string, namespaces: string[], clusters?: string[], namespace = 'default'): never =>
  object(sliceKind, name, namespace, {
    sliceSubnet,
    namespaceIsolationProfile: { allowedNamespaces: namespaces },
    ...(clusters && { clusters }),
  });

const notice = (name: string, cluster: string): never => {
  const labels = {
    [clusterLabel]: cluster,
    [sliceLabel]: 'a',
    [statementLabel]: 'node',
    [managedByLabel]: managedBy,
  };
  const spec = { cluster, kind: 'Node', subject: 'n', statement: '{}', signature: 's' };
  return { apiVersion: 'exchange.kubeslice.io/v1alpha1', kind: 'Notice', metadata: { name, namespace: board, labels }, spec } as never;
};

const membership = (cluster: string): never =>
  object(membershipKind, `a.${cluster}`, 'default', {
    project: 'default',
    slice: 'a',
    sliceUID: 'u',
    cluster,
    exchangeNamespace: board,
    sliceSubnet: '10.0.0.0/16',
    namespaces: [],
    blocks: [],
    driver: 'Auto',
  });

/** One API server that is hub and member at once: the policies of both sides must get along. */
describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on a real API server', () => {
  let api: RealApi;
  let admin: Client;
  const clients: Client[] = [];

  const open = (token: string): Client => {
    const client = createClient({ ...api.connection, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager: 'test' });
    clients.push(client);
    return client;
  };

  const as = async (name: string, namespace = 'default', pod?: string): Promise<Client> => {
    const request: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600, ...(pod === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod } }) },
    };
    const { status } = await admin.createSubresource(serviceAccountKind, { name, namespace }, 'token', request, call);
    return open(status?.token ?? '');
  };

  const apply = async (objects: readonly KubernetesObject[]): Promise<void> => {
    for (const one of objects) await admin.apply(resourceKindOf(one), one, call);
  };

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    await apply([...planCrds('hub'), ...planCrds('member')]);
    for (const kind of Object.values(ourKinds)) await vi.waitFor(() => admin.list<KubernetesObject>(kind, call), { timeout: 20_000 });
    await apply([...planHub(hubDefaults('image')), ...planMember(memberDefaults('image'))]);
    for (const cluster of ['east', 'west', 'south'])
      await apply([planCluster(cluster, 'default'), ...planWorkerAccess(cluster, 'default'), ...planJoinAccess(cluster, 'default')]);
    await admin.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: board } }, call);
    const everything = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'all', namespace: board },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole' as const, name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount' as const, name: 'kubeslice-worker-east', namespace: 'default' }],
    };
    await admin.create(roleBindingKind, everything, call);
    const status = { cniSubnet: ['10.244.0.0/16'], serviceSubnet: ['10.96.0.0/16'], nodeIPs: ['172.30.1.11', 'fd00::1'] };
    await admin.mergePatch(clusterKind, { name: 'east', namespace: 'default' }, { status }, { ...call, subresource: 'status' });
    await admin.create(membershipKind, membership('east'), call);
    await admin.create(membershipKind, membership('west'), call);
    await admin.create(noticeKind, notice('west.1', 'west'), call);
    // Policies take effect a moment after they are written.
    const worker = await as('kubeslice-worker-east');
    const probe = (): Promise<unknown> => worker.create(noticeKind, notice('west.2', 'west'), { ...call, dryRun: true });
    await vi.waitFor(() => expect(probe()).rejects.toThrow('may write only its own notices'), { timeout: 20_000 });
    const local = await as('kubeslice-worker', memberNamespace);
    const foreign = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'probe', namespace: 'default' },
      addressType: 'IPv4' as const,
      endpoints: [],
    };
    const slipping = (): Promise<unknown> => local.create(endpointSliceKind, foreign, { ...call, dryRun: true });
    await vi.waitFor(() => expect(slipping()).rejects.toThrow('may write only EndpointSlices'), { timeout: 20_000 });
    const overlapping = (): Promise<unknown> =>
      admin.create(sliceKind, slice('p', '10.244.0.0/24', [], ['east']), { ...call, dryRun: true });
    await vi.waitFor(() => expect(overlapping()).rejects.toThrow('overlaps'), { timeout: 20_000 });
  });

  afterAll(async () => {
    for (const client of [...clients, admin]) client.close();
    await api.stop();
  });

  it('finds no fault in the expressions', async () => {
    const { items } = await admin.list(validatingAdmissionPolicyKind, call);
    expect(items.length).toBeGreaterThan(7);
    expect(items.flatMap((item) => item.status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });

  describe('a worker', () => {
    it('writes its own notices and no others', async () => {
      const east = await as('kubeslice-worker-east');
      await east.create(noticeKind, notice('east.0', 'east'), call);
      await east.mergePatch(noticeKind, { name: 'east.0', namespace: board }, { spec: { subject: 'm' } }, call);
      const refused = 'the worker of cluster east may write only its own notices';
      for (const [name, cluster] of [
        ['west.3', 'west'],
        ['west.3', 'east'],
        ['east.4', 'west'],
        ['east2.5', 'east'],
      ] as const)
        await expect(east.create(noticeKind, notice(name, cluster), call), `${name} of ${cluster}`).rejects.toThrow(refused);
      const theirs = { name: 'west.1', namespace: board };
      await expect(east.mergePatch(noticeKind, theirs, { spec: { cluster: 'east' } }, call)).rejects.toThrow(refused);
      await expect(east.delete(noticeKind, theirs, call)).rejects.toThrow(refused);
      await expect(east.deleteAll(noticeKind, { ...call, namespace: board })).rejects.toThrow(refused);
      expect(await admin.find(noticeKind, theirs, call)).toBeDefined();
    });

    it('writes the status of its own cluster and membership and no others', async () => {
      const east = await as('kubeslice-worker-east');
      const status = { ...call, subresource: 'status' };
      const nodes = (name: string) => east.mergePatch(clusterKind, { name, namespace: 'default' }, { status: { nodes: 1 } }, status);
      await nodes('east');
      await expect(nodes('west')).rejects.toMatchObject({ code: 'Forbidden' });
      const claim = (own: object) => east.mergePatch(clusterKind, { name: 'east', namespace: 'default' }, { status: own }, status);
      for (const own of [
        { clusterHealth: { clusterHealthStatus: 'Normal' } },
        { registrationStatus: 'Registered' },
        { caFingerprint: 'x' },
      ])
        await expect(claim(own)).rejects.toThrow('only the hub sets');
      const wanted = (cluster: string) =>
        east.mergePatch(membershipKind, { name: `a.${cluster}`, namespace: 'default' }, { status: { wantedAddresses: 9 } }, status);
      await wanted('east');
      await expect(wanted('west')).rejects.toThrow('may change only the status of its own memberships');
    });

    it('sees no Secret and gets no token but its own', async () => {
      const east = await as('kubeslice-worker-east');
      await expect(east.raw('/api/v1/namespaces/default/secrets', call)).rejects.toMatchObject({ code: 'Forbidden' });
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const ask = (name: string) => east.createSubresource(serviceAccountKind, { name, namespace: 'default' }, 'token', body, call);
      await ask('kubeslice-worker-east');
      await expect(ask('kubeslice-worker-west')).rejects.toMatchObject({ code: 'Forbidden' });
    });

    it('gets no token that lasts longer than an hour, and neither does a join account', async () => {
      const ask = (client: Client, seconds: number, name: string) => {
        const spec = { expirationSeconds: seconds };
        const body: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
        return client.createSubresource(serviceAccountKind, { name, namespace: 'default' }, 'token', body, call);
      };
      for (const [account, cluster] of [
        ['kubeslice-worker-east', 'east'],
        ['kubeslice-join-south', 'south'],
      ] as const) {
        const client = await as(account);
        if (account.includes('join'))
          await client.mergePatch(clusterKind, { name: cluster, namespace: 'default' }, { spec: { caBundle: pem } }, call);
        await ask(client, 3600, `kubeslice-worker-${cluster}`);
        await expect(ask(client, 3601, `kubeslice-worker-${cluster}`), account).rejects.toThrow('at most 3600 seconds');
      }
    });

    it('writes EndpointSlices of its own and no others', async () => {
      const worker = await as('kubeslice-worker', memberNamespace);
      const slice = (name: string, labels: Record<string, string>): EndpointSlice => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name, namespace: 'default', labels },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.9'] }],
        ports: [],
      });
      const managed = { [endpointSliceManagerLabel]: endpointSliceManager };
      const refused = 'may write only EndpointSlices that it manages';
      await worker.create(endpointSliceKind, slice('own', managed), call);
      const foreign = [{ 'kubernetes.io/service-name': 'bank' }, { ...managed, 'kubernetes.io/service-name': 'bank' }];
      for (const labels of foreign) await expect(worker.create(endpointSliceKind, slice('bank', labels), call)).rejects.toThrow(refused);
      await admin.create(endpointSliceKind, slice('bank', foreign[0] ?? {}), call);
      const bank = { name: 'bank', namespace: 'default' };
      await expect(worker.mergePatch(endpointSliceKind, bank, { metadata: { labels: managed } }, call)).rejects.toThrow(refused);
      await expect(worker.delete(endpointSliceKind, bank, call)).rejects.toThrow(refused);
      await worker.delete(endpointSliceKind, { name: 'own', namespace: 'default' }, call);
    });
  });

  it('a join account sets the authority of its one cluster, once, and nothing else', async () => {
    const join = await as('kubeslice-join-west');
    const patch = (name: string, body: object) => join.mergePatch(clusterKind, { name, namespace: 'default' }, body, call);
    await expect(patch('west', { spec: { nodeIPs: ['1.2.3.4'] } })).rejects.toThrow('may set only spec.caBundle');
    await expect(patch('west', { metadata: { labels: { a: 'b' } } })).rejects.toThrow('may set only spec.caBundle');
    await expect(patch('east', { spec: { caBundle: pem } })).rejects.toMatchObject({ code: 'Forbidden' });
    await patch('west', { spec: { caBundle: pem } });
    await patch('west', { spec: { caBundle: pem } });
    await expect(patch('west', { spec: { caBundle: `${pem}\n` } })).rejects.toThrow('this cluster name is taken');
    await expect(patch('west', { spec: { caBundle: null } })).rejects.toThrow('cannot be removed');
    await expect(join.delete(clusterKind, { name: 'west', namespace: 'default' }, call)).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('a join account gets no credential before the name is taken for all to see', async () => {
    await apply([planCluster('north', 'default'), ...planWorkerAccess('north', 'default'), ...planJoinAccess('north', 'default')]);
    const join = await as('kubeslice-join-north');
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const worker = { name: 'kubeslice-worker-north', namespace: 'default' };
    const ask = () => join.createSubresource(serviceAccountKind, worker, 'token', body, call);
    await vi.waitFor(() => expect(ask()).rejects.toThrow('cluster north has no authority yet'), { timeout: 10_000 });
    await join.mergePatch(clusterKind, { name: 'north', namespace: 'default' }, { spec: { caBundle: pem } }, call);
    await vi.waitFor(ask, { timeout: 10_000 });
  });

  it('a cluster is in the namespace of a project, and its authority is a certificate', async () => {
    const make = (namespace: string, spec: object = {}): Promise<unknown> =>
      admin.create(clusterKind, object(clusterKind, 'odd', namespace, spec), { ...call, dryRun: true });
    await make('default', { caBundle: pem });
    await expect(make('kube-public')).rejects.toThrow('metadata.namespace "kube-public" belongs to no project; create the cluster in');
    await expect(make('default', { caBundle: 'not a pem' })).rejects.toThrow('caBundle is not a certificate in PEM form');
  });

  it('the controller writes only what is of KubeSlice', async () => {
    const controller = await as('kubeslice-controller', 'kubeslice-controller');
    const make = (name: string) =>
      controller.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { ...call, dryRun: true });
    await make('kubeslice-exchange-2');
    await expect(make('shop')).rejects.toThrow('start with "kubeslice-"');
    await expect(controller.delete(namespaceKind, { name: 'kube-node-lease' }, { ...call, dryRun: true })).rejects.toThrow(
      'start with "kubeslice-"',
    );
  });

  it.each([
    ['pods', '10.244.128.0/24', 'overlaps the pod network 10.244.0.0/16 of cluster east'],
    ['pods, from above', '10.0.0.0/8', 'overlaps the pod network 10.244.0.0/16 of cluster east'],
    ['services', '10.96.64.0/18', 'overlaps the service network 10.96.0.0/16 of cluster east'],
    ['a node', '172.30.0.0/16', 'overlaps the node address 172.30.1.11 of cluster east'],
  ])('a slice that collides with %s is refused', async (_, subnet, why) => {
    await expect(admin.create(sliceKind, slice('bad', subnet, ['x'], ['east']), call)).rejects.toThrow(why);
    // The same is fine on clusters that it does not collide with, and when it names none: what one cluster says of itself forbids no slice.
    await admin.create(sliceKind, slice('bad', subnet, ['x']), { ...call, dryRun: true });
    await admin.create(sliceKind, slice('bad', subnet, ['x'], ['west']), { ...call, dryRun: true });
  });

  it('a slice is in the namespace of a project', async () => {
    const into = (namespace: string): Promise<unknown> =>
      admin.create(sliceKind, slice('stray', '10.9.0.0/16', ['x'], ['nowhere'], namespace), { ...call, dryRun: true });
    await expect(into('kube-public')).rejects.toThrow(
      'metadata.namespace "kube-public" belongs to no project; apply the slice in "default"',
    );
    await expect(into(board)).rejects.toThrow('belongs to no project');
    await into('default');
  });

  it('a slice can still be changed when a network of one of its clusters has come to overlap', async () => {
    await admin.create(sliceKind, slice('kept', '10.20.0.0/16', ['kept-1'], ['west']), call);
    const target = { name: 'west', namespace: 'default' };
    const networks = (nodeIPs: string[]) =>
      admin.mergePatch(clusterKind, target, { status: { nodeIPs } }, { ...call, subresource: 'status' });
    await networks(['10.20.1.1']);
    const fresh = (): Promise<unknown> =>
      admin.create(sliceKind, slice('fresh', '10.20.0.0/16', ['x'], ['west']), { ...call, dryRun: true });
    await vi.waitFor(() => expect(fresh()).rejects.toThrow('overlaps the node address'), { timeout: 20_000 });
    const spec = { namespaceIsolationProfile: { allowedNamespaces: ['kept-1', 'kept-2'] } };
    await admin.mergePatch(sliceKind, { name: 'kept', namespace: 'default' }, { spec }, call);
    await networks([]);
    await admin.delete(sliceKind, { name: 'kept', namespace: 'default' }, call);
  });

  it('a project is where projects are read, and takes no namespace of KubeSlice', async () => {
    const make = (name: string, namespace = 'kubeslice-controller') =>
      admin.create(projectKind, object(projectKind, name, namespace, {}), { ...call, dryRun: true });
    await make('shop');
    await expect(make('shop', 'default')).rejects.toThrow('create the project in "kubeslice-controller"');
    for (const name of ['system', 'controller', 'exchange-1'])
      await expect(make(name), name).rejects.toThrow('belongs to KubeSlice itself');
  });

  it('a namespace has one slice on a cluster; subnets may be the same', async () => {
    await admin.create(sliceKind, slice('one', '10.1.0.0/16', ['shop', 'cart']), call);
    await admin.create(sliceKind, slice('two', '10.1.0.0/16', ['bank'], ['west']), call);
    const third = (namespaces: string[], clusters?: string[]) =>
      admin.create(sliceKind, slice('three', '10.2.0.0/16', namespaces, clusters), { ...call, dryRun: true });
    await expect(third(['new', 'cart'])).rejects.toThrow('names the namespace "cart", which belongs to slice "one" already');
    await expect(third(['bank'], ['west', 'east'])).rejects.toThrow('belongs to slice "two" already');
    await third(['bank'], ['east']);
    // What is there already can always be labelled and finalized.
    await admin.mergePatch(sliceKind, { name: 'one', namespace: 'default' }, { metadata: { labels: { a: 'b' } } }, call);
  });

  it('an export is taken also before its slice has its namespace: who applies many objects knows no order', async () => {
    await admin.create(sliceKind, slice('local', '10.3.0.0/16', ['app-ns'], undefined, memberNamespace), call);
    for (const name of ['app-ns', 'other'])
      await admin.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, call);
    const offer = (namespace: string, of: string) =>
      admin.create(serviceExportKind, object(serviceExportKind, 'web', namespace, { slice: of }), { ...call, dryRun: true });
    await offer('app-ns', 'local');
    await offer('other', 'local');
    await offer('other', 'not-yet-here');
  });

  it('an agent speaks for its own node only', async () => {
    await admin.create(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, call);
    const spec = { nodeName: 'n1', serviceAccountName: 'kubeslice-agent', containers: [{ name: 'agent', image: 'image' }] };
    await admin.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'agent-1', namespace: memberNamespace }, spec }, call);
    const node = (name: string): never =>
      object(sliceNodeKind, `local.${name}`, memberNamespace, {
        slice: 'local',
        sliceUID: 'u',
        node: name,
        sliceSubnet: '10.3.0.0/16',
        blocks: [],
        driver: 'Auto',
      });
    for (const name of ['n1', 'n2']) await admin.create(sliceNodeKind, node(name), call);
    const agent = await as('kubeslice-agent', memberNamespace, 'agent-1');
    const report = (client: Client, name: string) =>
      client.mergePatch(
        sliceNodeKind,
        { name: `local.${name}`, namespace: memberNamespace },
        { status: { port: 51820 } },
        { ...call, subresource: 'status' },
      );
    await report(agent, 'n1');
    await expect(report(agent, 'n2')).rejects.toThrow('the agent of node "n1" may change only the status of its own SliceNodes');
    await expect(report(await as('kubeslice-agent', memberNamespace), 'n1')).rejects.toThrow('may change only the status of its own');
  });

  it('the worker makes no ConfigMap but the one for additions to cluster DNS', async () => {
    const worker = await as('kubeslice-worker', memberNamespace);
    const make = (name: string) =>
      worker.create(
        configMapKind,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' } },
        { ...call, dryRun: true },
      );
    await make('coredns-custom');
    await expect(make('extension-apiserver-authentication-2')).rejects.toThrow('no ConfigMap but coredns-custom and kube-dns');
  });
});
