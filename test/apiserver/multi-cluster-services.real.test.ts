import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterPropertyKind } from '../../src/api/about/kinds.ts';
import { serviceExportKind, serviceImportKind, sliceKind } from '../../src/api/kinds.ts';
import { mcsServiceExportKind, mcsServiceImportKind } from '../../src/api/mcs/kinds.ts';
import type { McsServiceExport } from '../../src/api/mcs/type.ts';
import { memberNamespace } from '../../src/api/places.ts';
import type { ServiceExport } from '../../src/api/serviceexport/type.ts';
import type { ServiceImport } from '../../src/api/serviceimport/type.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import { applyAboutDefinition, removeAboutDefinition } from '../../src/cli/steps/about-definitions.ts';
import { applyMcsDefinitions, removeMcsDefinitions } from '../../src/cli/steps/mcs-definitions.ts';
import { planCrds } from '../../src/install/crds.ts';
import { resourceKindOf } from '../../src/install/kinds.ts';
import { planMember } from '../../src/install/member.ts';
import { memberDefaults } from '../../src/install/options.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { fixedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../../src/kubernetes/fixtures/real-api.ts';
import {
  customResourceDefinitionKind,
  namespaceKind,
  serviceAccountKind,
  type TokenRequest,
  validatingAdmissionPolicyKind,
} from '../../src/kubernetes/kinds.ts';
import { createEmitter } from '../../src/loop/emitter.ts';
import { fieldManager, mirrorsOf, observeCluster } from '../../src/reconcile/member/cluster/local-world.ts';
import { followMcs } from '../../src/reconcile/member/mcs/follow.ts';
import { followProperties } from '../../src/reconcile/member/mcs/properties.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { quietLog } from '../../src/telemetry/quiet-log.ts';
import { systemClock } from '../../src/values/clock.ts';
import type { ResourceKind } from '../../src/values/resource-kind.ts';

/*
 * The adapter for Kubernetes' Multi-Cluster Services, with the account and the rights of the worker, on a real API server: schemas, roles, policies and
 * server-side apply are those of Kubernetes.
 */

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: Multi-Cluster Services on a real API server: ${programs}`);
const signal = AbortSignal.timeout(170_000);
const call = { signal };
const wait = { timeout: 60_000, interval: 50 };
const place = { namespace: 'shop', name: 'web' };
const exportKind = mcsServiceExportKind('v1beta1');
const importKind = mcsServiceImportKind('v1beta1');
const mcsExport: McsServiceExport = { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', metadata: place };
const own = (metadata: Partial<ServiceExport['metadata']> = {}): ServiceExport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { ...place, ...metadata },
  spec: { slice: 'app' },
});
const slice: Slice = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'app', namespace: memberNamespace, labels: { 'app.kubernetes.io/managed-by': 'kubeslice' } },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: ['shop'] } },
};
const imported: ServiceImport = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { ...place, labels: { 'kubeslice.io/slice': 'app' } },
  spec: { slice: 'app', dnsName: 'web.shop.svc.slice.local', ports: [{ name: 'http', containerPort: 8080, servicePort: 80 }] },
};

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('Multi-Cluster Services, on a real API server', () => {
  let api: RealApi;
  let admin: Client;
  let worker: Client;
  const ending = new AbortController();
  /** Ends the keeping of properties. */
  const leaving = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const conditions = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      ((await admin.get(exportKind, place, call)).status?.conditions ?? []).map(({ type, status, reason }) => [
        type,
        `${status} ${reason}`,
      ]),
    );

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    for (const one of [...planCrds('member'), ...planMember(memberDefaults('image'))]) await admin.apply(resourceKindOf(one), one, call);
    await admin.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, call);
    await vi.waitFor(() => admin.create(sliceKind, slice, call), wait);
    const request: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const account = { name: 'kubeslice-worker', namespace: memberNamespace };
    const { status } = await admin.createSubresource(serviceAccountKind, account, 'token', request, call);
    const credential = { kind: 'token', token: fixedToken(status?.token ?? '') } as const;
    worker = createClient({ ...api.connection, credential }, { fieldManager });
    // Policies take effect a moment after they are written.
    await vi.waitFor(
      () => expect(worker.create(serviceExportKind, own(), { ...call, dryRun: true })).rejects.toThrow('may write only ServiceExports'),
      wait,
    );
    const local = observeCluster(worker, quietLog, createMetrics());
    const mirrors = mirrorsOf(local);
    const connection = { changes: createEmitter<undefined>(), latest: () => undefined, set: async () => undefined };
    const parts = { identity: { cluster: 'east', project: 'default' }, connection, clock: systemClock };
    running = Promise.all([
      ...mirrors.map((mirror) => mirror.run(ending.signal)),
      followMcs(local, systemClock, ending.signal),
      followProperties(local, parts, AbortSignal.any([ending.signal, leaving.signal])),
    ]);
    await Promise.all(mirrors.map((mirror) => mirror.synced(signal)));
  }, 120_000);
  afterAll(async () => {
    ending.abort();
    await running;
    worker?.close();
    admin?.close();
    await api?.stop();
  });

  it('the definitions are installed and served in both versions, and the policies have no fault', async () => {
    expect(await applyMcsDefinitions(admin, '0.1.0', signal)).toEqual([]);
    for (const version of ['v1alpha1', 'v1beta1'] as const)
      for (const kind of [mcsServiceExportKind(version), mcsServiceImportKind(version)] as readonly ResourceKind[])
        expect((await admin.list(kind, call)).items).toEqual([]);
    const { items } = await admin.list(validatingAdmissionPolicyKind, call);
    expect(items.flatMap((item) => item.status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });

  it('the properties that identify the cluster are kept, and the worker may write no others', async () => {
    const kind = clusterPropertyKind('v1beta1');
    expect(await applyAboutDefinition(admin, '0.1.0', signal)).toEqual([]);
    const values = async (version: 'v1alpha1' | 'v1beta1' = 'v1beta1') =>
      (await admin.list(clusterPropertyKind(version), call)).items
        .map(({ metadata, spec }) => `${metadata.name} ${spec?.value}`)
        .toSorted();
    const both = ['cluster.clusterset.k8s.io east', 'clusterset.k8s.io default'];
    await vi.waitFor(async () => expect(await values()).toEqual(both), wait);
    expect(await values('v1alpha1')).toEqual(both);
    await admin.delete(kind, { name: 'clusterset.k8s.io' }, call);
    await admin.mergePatch(kind, { name: 'cluster.clusterset.k8s.io' }, { spec: { value: 'west' } }, call);
    await vi.waitFor(async () => expect(await values()).toEqual(both), wait);
    const property = (name: string, labels = {}) => ({
      apiVersion: 'about.k8s.io/v1beta1',
      kind: 'ClusterProperty',
      metadata: { name, labels },
      spec: { value: 'x' },
    });
    await admin.create(kind, property('example.org'), call);
    const ours = { 'app.kubernetes.io/managed-by': 'kubeslice' };
    await expect(worker.delete(kind, { name: 'example.org' }, call)).rejects.toThrow('is not one of them');
    await expect(worker.mergePatch(kind, { name: 'example.org' }, { metadata: { labels: ours } }, call)).rejects.toThrow(
      'is not one of them',
    );
    await expect(worker.create(kind, property('id.k8s.io', ours), call)).rejects.toThrow('is not one of them');
    const { items } = await admin.list(kind, call);
    const versions = items.map(({ metadata }) => metadata.resourceVersion);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await admin.list(kind, call)).items.map(({ metadata }) => metadata.resourceVersion)).toEqual(versions);
    const patience = { graceMs: 10_000, signal };
    leaving.abort();
    expect(await removeAboutDefinition(admin, patience)).toContain('1 object of it exists');
    expect(await values()).toEqual(['example.org x']);
    await admin.delete(kind, { name: 'example.org' }, call);
    expect(await removeAboutDefinition(admin, patience)).toBeUndefined();
    expect((await admin.list(customResourceDefinitionKind, call)).items.filter(({ spec }) => spec.group === 'about.k8s.io')).toEqual([]);
  });

  it('an export becomes one of ours, with conditions that follow', async () => {
    const { metadata } = await admin.create(exportKind, mcsExport, call);
    await vi.waitFor(async () => {
      const derived = await admin.get(serviceExportKind, place, call);
      expect(derived.metadata.ownerReferences).toMatchObject([{ kind: 'ServiceExport', uid: metadata.uid }]);
      expect(derived.spec).toEqual({ slice: 'app' });
    }, wait);
    await vi.waitFor(async () => expect(await conditions()).toEqual({ Valid: 'Unknown Pending', Ready: 'Unknown Pending' }), wait);
    const ready = { type: 'Ready', status: 'True', reason: 'Exported', message: '1 ready.', lastTransitionTime: new Date(0).toISOString() };
    const status = { dnsName: 'web.shop.svc.slice.local', exportStatus: 'READY', conditions: [ready] };
    await worker.mergePatch(serviceExportKind, place, { status }, { ...call, subresource: 'status' });
    const well = { Valid: 'True Valid', Ready: 'True Exported', Conflict: 'False NoConflicts' };
    await vi.waitFor(async () => expect(await conditions()).toEqual(well), wait);
  });

  it('an import becomes one of that API, is mended, and goes with ours; nothing is written at rest', async () => {
    await admin.create(serviceImportKind, imported, call);
    const status = { type: 'ClusterSetIP', sessionAffinity: 'None', clusters: ['east', 'west'], importStatus: 'READY' };
    await admin.mergePatch(serviceImportKind, place, { status }, { ...call, subresource: 'status' });
    const spec = { type: 'ClusterSetIP', sessionAffinity: 'None', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] };
    const shown = async (): Promise<void> => {
      const one = await admin.get(importKind, place, call);
      expect(one.spec).toEqual(spec);
      expect(one.status).toMatchObject({ clusters: [{ cluster: 'east' }, { cluster: 'west' }], endpointSliceObjects: 'Present' });
    };
    await vi.waitFor(shown, wait);
    const { metadata } = await admin.get(importKind, place, call);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await admin.get(importKind, place, call)).metadata.resourceVersion).toBe(metadata.resourceVersion);
    await admin.mergePatch(importKind, place, { spec: { type: 'Headless' } }, call);
    await vi.waitFor(shown, wait);
    await admin.delete(serviceImportKind, place, call);
    await vi.waitFor(async () => expect(await admin.find(importKind, place, call)).toBeUndefined(), wait);
  });

  it('the worker may not write what others wrote', async () => {
    const theirs = { ...place, name: 'theirs' };
    const spec = { type: 'ClusterSetIP' as const, ports: [{ port: 80 }] };
    await admin.create(importKind, { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: theirs, spec }, call);
    const labels = { 'app.kubernetes.io/managed-by': 'kubeslice' };
    await expect(worker.mergePatch(importKind, theirs, { metadata: { labels } }, call)).rejects.toThrow('is not one of them');
    await expect(worker.delete(importKind, theirs, call)).rejects.toThrow('is not one of them');
    await admin.create(serviceExportKind, own({ name: 'by-hand' }), call);
    await expect(worker.delete(serviceExportKind, { ...place, name: 'by-hand' }, call)).rejects.toThrow('was written by somebody else');
    const uid = (await admin.get(exportKind, place, call)).metadata.uid ?? '';
    const owner = { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', name: 'by-hand', uid };
    const taken = { metadata: { ownerReferences: [owner] } };
    await expect(worker.mergePatch(serviceExportKind, { ...place, name: 'by-hand' }, taken, call)).rejects.toThrow(
      'was written by somebody else',
    );
    await admin.delete(serviceExportKind, { ...place, name: 'by-hand' }, call);
  });

  it('conditions of another implementation stay', async () => {
    const name = { ...place, name: 'shared' };
    const condition = { type: 'Valid', status: 'True', reason: 'Theirs', message: '', lastTransitionTime: new Date(0).toISOString() };
    await admin.mergePatch(sliceKind, slice.metadata, { spec: { namespaceIsolationProfile: { applicationNamespaces: ['other'] } } }, call);
    await vi.waitFor(async () => expect(await admin.find(serviceExportKind, place, call)).toBeUndefined(), wait);
    await vi.waitFor(async () => expect((await conditions())['Ready']).toBe('False NamespaceNotInSlice'), wait);
    await admin.create(exportKind, { ...mcsExport, metadata: name }, call);
    await vi.waitFor(async () => expect((await admin.get(exportKind, name, call)).status?.conditions).toHaveLength(2), wait);
    await admin.mergePatch(exportKind, name, { status: { conditions: [condition] } }, { ...call, subresource: 'status' });
    await admin.mergePatch(sliceKind, slice.metadata, { spec: slice.spec }, call);
    await vi.waitFor(async () => expect(await admin.find(serviceExportKind, name, call)).toBeDefined(), wait);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await admin.get(exportKind, name, call)).status?.conditions).toEqual([condition]);
    await admin.delete(exportKind, name, call);
    await vi.waitFor(async () => expect(await admin.find(serviceExportKind, name, call)).toBeUndefined(), wait);
  });

  it('the definitions stay while somebody uses them, and are removed afterwards; derived exports go with them', async () => {
    const patience = { graceMs: 10_000, signal };
    expect(await removeMcsDefinitions(admin, patience)).toContain('2 objects of them exist');
    await admin.delete(importKind, { ...place, name: 'theirs' }, call);
    expect(await admin.find(serviceExportKind, place, call)).toBeDefined();
    await admin.delete(customResourceDefinitionKind, { name: 'serviceexports.multicluster.x-k8s.io' }, call);
    await vi.waitFor(async () => expect(await admin.find(serviceExportKind, place, call)).toBeUndefined(), wait);
    expect(await removeMcsDefinitions(admin, patience)).toBeUndefined();
    const left = (await admin.list(customResourceDefinitionKind, call)).items.filter(({ spec }) => spec.group === 'multicluster.x-k8s.io');
    expect(left).toEqual([]);
  });
});
