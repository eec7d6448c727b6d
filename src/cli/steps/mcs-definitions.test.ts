import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcsServiceExportKind, mcsServiceImportKind } from '../../api/mcs/kinds.ts';
import { isOwnDefinition, planMcsCrds } from '../../install/upstream-crds.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../kubernetes/fake/fake-api.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { applyMcsDefinitions, removeMcsDefinitions } from './mcs-definitions.ts';

let api: FakeApi;
let client: Client;
const { signal } = new AbortController();
const patience = { graceMs: 5_000, signal };
const exportKind = mcsServiceExportKind('v1beta1');
const importKind = mcsServiceImportKind('v1beta1');
const definitions = () => api.objects(customResourceDefinitionKind);
const established = { conditions: [{ type: 'Established', status: 'True' as const, reason: '', message: '', lastTransitionTime: '' }] };
/** What the API server does with new definitions. */
const establish = (): void => {
  for (const one of definitions()) api.put(customResourceDefinitionKind, { ...one, status: established });
};
const theirs = (index: number): CustomResourceDefinition => {
  const [definition] = planMcsCrds().slice(index);
  if (definition === undefined) throw new Error('no definition');
  return { ...definition, metadata: { name: definition.metadata.name, labels: { 'app.kubernetes.io/managed-by': 'others' } } };
};
const install = async (version = '0.2.0'): Promise<string[]> => {
  const installing = applyMcsDefinitions(client, version, signal);
  const timer = setInterval(establish, 20);
  return installing.finally(() => clearInterval(timer));
};
const put = (kind: ResourceKind, name: string, labels: Record<string, string> = {}): void =>
  void api.put(kind, { apiVersion: '', kind: '', metadata: { name, namespace: 'shop', labels } });

beforeEach(async () => {
  api = await startFakeApi({ kinds: [customResourceDefinitionKind, exportKind, importKind] });
  client = createClient(api.connection, { fieldManager: 'test' });
});
afterEach(async () => {
  client.close();
  await api.stop();
});

describe('the kinds of the Multi-Cluster Services API', () => {
  it('are installed, and updated, where nobody else has installed them', async () => {
    await install();
    expect(definitions().every(isOwnDefinition)).toBe(true);
    expect(definitions().map(({ spec }) => spec.versions.map(({ name, storage }) => `${name} ${storage}`))).toEqual(
      [0, 1].map(() => ['v1beta1 true', 'v1alpha1 false']),
    );
    await install('0.3.0');
    expect(definitions().map(({ metadata }) => metadata.annotations?.['kubeslice.io/version'])).toEqual(['0.3.0', '0.3.0']);
    // An older version keeps them.
    expect(await install('0.1.0')).toHaveLength(1);
  });

  it.each([0, 1])('stay as they are where somebody else has installed one of them (%i)', async (index) => {
    const before = api.put(customResourceDefinitionKind, theirs(index));
    expect(await applyMcsDefinitions(client, '0.2.0', signal)).toEqual([]);
    expect(definitions()).toEqual([before]);
    expect(await removeMcsDefinitions(client, patience)).toBeUndefined();
    expect(definitions()).toEqual([before]);
  });

  it('are removed with the imports of KubeSlice', async () => {
    await install();
    put(importKind, 'web', { 'app.kubernetes.io/managed-by': 'kubeslice' });
    expect(await removeMcsDefinitions(client, patience)).toBeUndefined();
    expect([definitions(), api.objects(importKind)]).toEqual([[], []]);
  });

  it.each<[string, ResourceKind]>([
    ['an export', exportKind],
    ['an import of another implementation', importKind],
  ])('stay while there is %s', async (_, kind) => {
    await install();
    put(kind, 'web');
    put(importKind, 'own', { 'app.kubernetes.io/managed-by': 'kubeslice' });
    expect(await removeMcsDefinitions(client, patience)).toContain('1 object of them exists');
    expect(definitions()).toHaveLength(2);
    expect(api.objects(kind).map(({ metadata }) => metadata.name)).toEqual(['web']);
    expect(api.objects(importKind).map(({ metadata }) => metadata.name)).not.toContain('own');
  });
});
