import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterKind, sliceKind } from '../../api/kinds.ts';
import { confirmAnnotation } from '../../api/labels.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type RealApi, realPrograms, startRealApi } from '../../kubernetes/fixtures/real-api.ts';
import { validatingAdmissionPolicyKind } from '../../kubernetes/kinds.ts';
import { planCrds } from '../crds.ts';
import { resourceKindOf } from '../kinds.ts';
import { hubDeletionPolicies } from './deletion-policies.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: what may be deleted on a hub: ${programs}`);
const signal = AbortSignal.timeout(110_000);
const call = { signal };

const object = (kind: { kind: string; group: string; version: string }, name: string, namespace: string, spec: object): never =>
  ({ apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, metadata: { name, namespace }, spec }) as never;
const slice = (name: string, sliceSubnet: string, namespaces: string[]): never =>
  object(sliceKind, name, 'default', { sliceSubnet, namespaceIsolationProfile: { allowedNamespaces: namespaces } });

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on a real API server', () => {
  let api: RealApi;
  let admin: Client;
  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin', timeoutMs: 120_000 });
    for (const one of [...planCrds('hub'), ...hubDeletionPolicies]) await admin.apply(resourceKindOf(one), one, call);
    await vi.waitFor(() => admin.list(clusterKind, call), { timeout: 20_000 });
  });
  afterAll(async () => {
    admin?.close();
    await api?.stop();
  });

  it.each<[string, object | undefined, string]>([
    [
      'a connected cluster',
      { conditions: [{ type: 'Ready', status: 'True', reason: 'Registered', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
      'cluster "gone" is connected, and deleting it ends all its slices at once',
    ],
    ['a cluster that is not connected', undefined, ''],
  ])('%s is deleted with a word only when it is in use', async (_, status, message) => {
    const target = { name: 'gone', namespace: 'default' };
    await admin.create(clusterKind, object(clusterKind, 'gone', 'default', {}), call);
    if (status !== undefined) await admin.mergePatch(clusterKind, target, { status }, { ...call, subresource: 'status' });
    const remove = () => admin.delete(clusterKind, target, call);
    if (message !== '') {
      const tried = () => admin.delete(clusterKind, target, { ...call, dryRun: true });
      await vi.waitFor(() => expect(tried()).rejects.toThrow(message), { timeout: 30_000 });
      await expect(remove()).rejects.toThrow('"kubectl -n default annotate cluster gone kubeslice.io/confirm-deletion=true"');
      await admin.mergePatch(clusterKind, target, { metadata: { annotations: { [confirmAnnotation]: 'true' } } }, call);
    }
    await remove();
  });

  it('a slice with pods is deleted with a word, one without is deleted', async () => {
    const target = { name: 'used', namespace: 'default' };
    const make = () => admin.create(sliceKind, slice('used', '10.77.0.0/16', ['used-ns']), call);
    await make();
    await admin.delete(sliceKind, target, call);
    await make();
    const clusters = [
      { name: 'east', blocks: [], inUse: true },
      { name: 'west', blocks: [] },
    ];
    await admin.mergePatch(sliceKind, target, { status: { clusters } }, { ...call, subresource: 'status' });
    const tried = () => admin.delete(sliceKind, target, { ...call, dryRun: true });
    // Policies take effect a moment after they are written.
    await vi.waitFor(() => expect(tried()).rejects.toThrow('slice "used" has pods in east, whose connections end with it'), {
      timeout: 30_000,
    });
    await admin.mergePatch(sliceKind, target, { metadata: { annotations: { [confirmAnnotation]: 'true' } } }, call);
    await admin.delete(sliceKind, target, call);
  });

  it('finds no fault in the expressions', async () => {
    const { items } = await admin.list(validatingAdmissionPolicyKind, call);
    expect(items.flatMap((item) => item.status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });
});
