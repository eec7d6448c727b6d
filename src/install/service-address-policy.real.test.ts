import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointSliceManager, endpointSliceManagerLabel, serviceAddressAnnotation, sliceLabel } from '../api/labels.ts';
import { memberNamespace } from '../api/places.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { fixedToken } from '../kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../kubernetes/fixtures/real-api.ts';
import { type EndpointSlice, endpointSliceKind, serviceAccountKind, type TokenRequest } from '../kubernetes/kinds.ts';
import { planCrds } from './crds.ts';
import { resourceKindOf } from './kinds.ts';
import { planMember } from './member.ts';
import { memberDefaults } from './options.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: the policy about service addresses on a real API server: ${programs}`);

const call = { signal: AbortSignal.timeout(110_000) };

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on the API server of a member', () => {
  let api: RealApi;
  let admin: Client;
  let worker: Client;

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    for (const one of [...planCrds('member'), ...planMember(memberDefaults('image'))]) await admin.apply(resourceKindOf(one), one, call);
    const request: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const account = { name: 'kubeslice-worker', namespace: memberNamespace };
    const { status } = await admin.createSubresource(serviceAccountKind, account, 'token', request, call);
    const credential = { kind: 'token' as const, token: fixedToken(status?.token ?? '') };
    worker = createClient({ ...api.connection, credential }, { fieldManager: 'test' });
    // Policies take effect a moment after they are written.
    const stealing = (): Promise<unknown> =>
      admin.create(
        endpointSliceKind,
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: { name: 'probe', namespace: 'default', annotations: { [serviceAddressAnnotation]: '10.0.240.9' } },
          addressType: 'IPv4',
          endpoints: [],
        },
        { ...call, dryRun: true },
      );
    await vi.waitFor(() => expect(stealing()).rejects.toThrow('Only the worker of KubeSlice'), { timeout: 20_000 });
  });
  afterAll(async () => {
    for (const client of [admin, worker]) client?.close();
    await api?.stop();
  });

  it('the worker alone gives EndpointSlices a service address, and the labels of one that has it', async () => {
    const slice = (name: string, annotations: Record<string, string>): EndpointSlice => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'default', labels: { [endpointSliceManagerLabel]: endpointSliceManager }, annotations },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.9'] }],
      ports: [],
    });
    const addressed = { [serviceAddressAnnotation]: '10.0.240.9' };
    const refused = 'Only the worker of KubeSlice may give an EndpointSlice a service address';
    const at = (name: string) => ({ name, namespace: 'default' });
    await worker.create(endpointSliceKind, slice('addressed', addressed), call);
    await expect(admin.create(endpointSliceKind, slice('stolen', addressed), call)).rejects.toThrow(refused);
    await admin.create(endpointSliceKind, slice('plain', {}), call);
    await expect(admin.mergePatch(endpointSliceKind, at('plain'), { metadata: { annotations: addressed } }, call)).rejects.toThrow(refused);
    for (const metadata of [{ annotations: { [serviceAddressAnnotation]: '10.0.240.8' } }, { labels: { [sliceLabel]: 'other' } }])
      await expect(admin.mergePatch(endpointSliceKind, at('addressed'), { metadata }, call)).rejects.toThrow(refused);
    await admin.mergePatch(endpointSliceKind, at('addressed'), { metadata: { annotations: { note: 'read' } } }, call);
    await worker.mergePatch(endpointSliceKind, at('addressed'), { metadata: { labels: { [sliceLabel]: 'a' } } }, call);
    for (const name of ['addressed', 'plain']) await admin.delete(endpointSliceKind, at(name), call);
  });
});
