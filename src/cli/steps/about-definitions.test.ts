import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterPropertyKind } from '../../api/about/kinds.ts';
import { isOwnDefinition, planAboutCrd } from '../../install/upstream-crds.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../kubernetes/fake/fake-api.ts';
import { customResourceDefinitionKind } from '../../kubernetes/kinds.ts';
import { applyAboutDefinition, removeAboutDefinition, removeClusterProperties } from './about-definitions.ts';

let api: FakeApi;
let client: Client;
const { signal } = new AbortController();
const patience = { graceMs: 5_000, signal };
const kind = clusterPropertyKind('v1beta1');
const definitions = () => api.objects(customResourceDefinitionKind);
const names = () => api.objects(kind).map(({ metadata }) => metadata.name);
const established = { conditions: [{ type: 'Established', status: 'True' as const, reason: '', message: '', lastTransitionTime: '' }] };
const install = async (): Promise<string[]> => {
  const establish = (): void => {
    for (const one of definitions()) api.put(customResourceDefinitionKind, { ...one, status: established });
  };
  const installing = applyAboutDefinition(client, '0.2.0', signal);
  const timer = setInterval(establish, 20);
  return installing.finally(() => clearInterval(timer));
};
const put = (name: string, labels: Record<string, string> = {}): void =>
  void api.put(kind, { apiVersion: '', kind: '', metadata: { name, labels }, spec: { value: 'x' } });
const ours = { 'app.kubernetes.io/managed-by': 'kubeslice' };

beforeEach(async () => {
  api = await startFakeApi({ kinds: [customResourceDefinitionKind, kind] });
  client = createClient(api.connection, { fieldManager: 'test' });
});
afterEach(async () => {
  client.close();
  await api.stop();
});

describe('the kind ClusterProperty', () => {
  it('is installed where nobody else has, for the whole cluster, and removed with the properties of KubeSlice', async () => {
    expect(await install()).toEqual([]);
    expect(definitions().map((one) => [one.metadata.name, one.spec.scope, isOwnDefinition(one)])).toEqual([
      ['clusterproperties.about.k8s.io', 'Cluster', true],
    ]);
    put('clusterset.k8s.io', ours);
    expect(await removeAboutDefinition(client, patience)).toBeUndefined();
    expect([definitions(), names()]).toEqual([[], []]);
  });

  it('stays as it is where somebody else has installed it, with the properties of others', async () => {
    const { metadata, ...rest } = planAboutCrd();
    const theirs = api.put(customResourceDefinitionKind, { ...rest, metadata: { name: metadata.name } });
    put('clusterset.k8s.io', ours);
    put('example.org');
    expect(await applyAboutDefinition(client, '0.2.0', signal)).toEqual([]);
    expect(await removeAboutDefinition(client, patience)).toBeUndefined();
    expect([definitions(), names()]).toEqual([[theirs], ['example.org']]);
  });

  it('stays while somebody else has a property', async () => {
    await install();
    put('cluster.clusterset.k8s.io', ours);
    put('example.org');
    expect(await removeAboutDefinition(client, patience)).toContain('because 1 object of it exists');
    expect([definitions().length, names()]).toEqual([1, ['example.org']]);
  });

  it('may be missing when properties are removed', async () => {
    await removeClusterProperties(client, patience);
    expect(await removeAboutDefinition(client, patience)).toBeUndefined();
  });
});
