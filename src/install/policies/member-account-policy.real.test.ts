import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterKind } from '../../api/kinds.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { fixedToken } from '../../kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../../kubernetes/fixtures/real-api.ts';
import {
  configMapKind,
  leaseKind,
  type Secret,
  secretKind,
  serviceAccountKind,
  type TokenRequest,
  validatingAdmissionPolicyKind,
} from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { planCrds } from '../crds.ts';
import { planHub } from '../hub.ts';
import { resourceKindOf } from '../kinds.ts';
import { hubDefaults } from '../options.ts';
import { planCluster, planJoinAccess, planWorkerAccess } from '../rights/cluster-access.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: accounts of members on a real API server: ${programs}`);

const signal = AbortSignal.timeout(110_000);
const call = { signal };
const namespace = 'default';
const worker = { name: 'kubeslice-worker-east', namespace };
const tokenRequest: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
const refused = 'belongs to a member cluster, and only who may';

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('who edits the namespace of a project', () => {
  let api: RealApi;
  let admin: Client;
  let editor: Client;
  let editorToken: string;
  const clients: Client[] = [];

  const tokenOf = async (client: Client, name: string): Promise<string> =>
    (await client.createSubresource(serviceAccountKind, { name, namespace }, 'token', tokenRequest, call)).status?.token ?? '';
  const open = (token: string): Client => {
    const client = createClient({ ...api.connection, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager: 'test' });
    clients.push(client);
    return client;
  };
  const apply = async (objects: readonly KubernetesObject[]): Promise<void> => {
    for (const one of objects) await admin.apply(resourceKindOf(one), one, call);
  };
  /** What the server answers to the editor who acts as somebody else (kubectl --as). */
  const impersonating = (
    method: string,
    path: string,
    body: object,
  ): Promise<{ readonly status: number | undefined; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${editorToken}`,
        'impersonate-user': `system:serviceaccount:${namespace}:${worker.name}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      };
      const asked = request(`${api.connection.server}${path}`, { method, headers, ca: api.connection.ca }, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    await apply(planCrds('hub'));
    await vi.waitFor(() => admin.list(clusterKind, call), { timeout: 20_000 });
    await apply([...planHub(hubDefaults('image')), planCluster('east', namespace), ...planWorkerAccess('east', namespace)]);
    await apply(planJoinAccess('east', namespace));
    await apply([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'editor', namespace } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'editor', namespace },
        // What Kubernetes itself puts into `edit`; the sum is made by a controller that does not run here.
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:aggregate-to-edit' },
        subjects: [{ kind: 'ServiceAccount', name: 'editor', namespace }],
      } as KubernetesObject,
    ]);
    editorToken = await tokenOf(admin, 'editor');
    editor = open(editorToken);
    // Policies and roles take effect a moment after they are written.
    await vi.waitFor(() => expect(tokenOf(editor, worker.name)).rejects.toThrow(refused), { timeout: 20_000 });
    await vi.waitFor(
      async () => expect((await impersonating('PATCH', clusterPath, { status: { nodes: 1 } })).text).toContain('impersonate'),
      {
        timeout: 20_000,
      },
    );
  }, 120_000);

  const clusterPath = `/apis/controller.kubeslice.io/v1alpha1/namespaces/${namespace}/clusters/east/status`;

  afterAll(async () => {
    for (const client of [...clients, admin]) client.close();
    await api.stop();
  });

  it('finds no fault in the expressions', async () => {
    const { items } = await admin.list(validatingAdmissionPolicyKind, call);
    expect(items.flatMap((item) => item.status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });

  it('gets no token of a member, and one of any other account', async () => {
    for (const name of [worker.name, 'kubeslice-join-east']) await expect(tokenOf(editor, name), name).rejects.toThrow(refused);
    expect(await tokenOf(editor, 'editor')).not.toBe('');
  });

  it('has no Secret filled in with one, neither a new one nor one that is changed', async () => {
    const secret = (name: string, account: string): Secret => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    });
    await expect(editor.create(secretKind, secret('theirs', worker.name), call)).rejects.toThrow(refused);
    await editor.create(secretKind, secret('mine', 'editor'), call);
    const annotations = { 'kubernetes.io/service-account.name': worker.name };
    await expect(editor.mergePatch(secretKind, { name: 'mine', namespace }, { metadata: { annotations } }, call)).rejects.toThrow(refused);
  });

  it('cannot act as a member by impersonating its account', async () => {
    for (const [method, path, body] of [
      ['PATCH', clusterPath, { status: { nodes: 7 } }],
      ['PATCH', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${worker.name}`, { spec: { holderIdentity: 'x' } }],
      ['POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${worker.name}/token`, tokenRequest],
    ] as const) {
      const { status, text } = await impersonating(method, path, body);
      expect(status, `${path}: ${text}`).toBe(403);
      expect(text).toMatch(/impersonate the account is not enough|belongs to a member cluster/);
    }
  });

  it('changes and deletes nothing by which members are known, and everything else', async () => {
    await admin.create(
      configMapKind,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kubeslice-farewells-east', namespace }, data: {} },
      call,
    );
    for (const kind of [serviceAccountKind, leaseKind]) await expect(editor.delete(kind, worker, call), kind.kind).rejects.toThrow(refused);
    await expect(editor.delete(configMapKind, { name: 'kubeslice-farewells-east', namespace }, call)).rejects.toThrow(refused);
    await expect(editor.mergePatch(leaseKind, worker, { spec: { holderIdentity: 'x' } }, call)).rejects.toThrow(refused);
    await editor.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app', namespace } }, call);
    await editor.delete(configMapKind, { name: 'app', namespace }, call);
  });

  it('takes nothing from the member itself, nor from an administrator', async () => {
    const east = open(await tokenOf(admin, worker.name));
    expect(await tokenOf(east, worker.name)).not.toBe('');
    await east.mergePatch(clusterKind, { name: 'east', namespace }, { status: { nodes: 2 } }, { ...call, subresource: 'status' });
    await east.mergePatch(leaseKind, worker, { spec: { holderIdentity: 'east' } }, call);
    await admin.delete(serviceAccountKind, { name: 'kubeslice-join-east', namespace }, call);
  });
});
