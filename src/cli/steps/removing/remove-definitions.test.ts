import { afterEach, beforeEach, expect, it } from 'vitest';
import { clusterKind, projectKind, sliceKind, sliceNodeKind } from '../../../api/kinds.ts';
import { hubNamespace } from '../../../api/places.ts';
import { planCrds } from '../../../install/crds.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import { customResourceDefinitionKind, namespaceKind } from '../../../kubernetes/kinds.ts';
import { removeDefinitions } from './remove-definitions.ts';

/*
 * The chart brings the kinds of hub and member to every cluster, and `kubeslice leave` and `kubeslice uninstall` left those of the other side behind.
 */

let api: FakeApi;
let client: Client;
const patience = { graceMs: 5_000, signal: new AbortController().signal };
const left = () => api.objects(customResourceDefinitionKind).map(({ metadata }) => metadata.name);

beforeEach(async () => {
  const ours = planCrds('hub').concat(planCrds('member'));
  const kinds = ours.map(({ spec: { group, names, versions } }) => ({
    group,
    version: versions[0]?.name ?? '',
    kind: names.kind,
    plural: names.plural,
    namespaced: true,
  }));
  api = await startFakeApi({ kinds: [customResourceDefinitionKind, namespaceKind, ...kinds] });
  for (const crd of ours) api.put(customResourceDefinitionKind, crd);
  client = createClient(api.connection, { fieldManager: 'test' });
});
afterEach(async () => {
  client.close();
  await api.stop();
});

it.each(['hub', 'member'] as const)('nothing is left of the kinds when the only side, the %s, goes', async (side) => {
  await removeDefinitions(client, side, patience);
  expect(left()).toEqual([]);
});

it('kinds of the other side stay while there is an object of them', async () => {
  api.put(clusterKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'east', namespace: 'default' },
    spec: {},
  });
  await removeDefinitions(client, 'member', patience);
  expect(left()).toEqual([`clusters.${clusterKind.group}`]);
});

it('kinds of the other side stay while it is installed', async () => {
  api.put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hubNamespace } });
  await removeDefinitions(client, 'member', patience);
  expect(left()).toEqual(expect.arrayContaining([`slices.${sliceKind.group}`, `projects.${projectKind.group}`]));
  expect(left()).not.toContain(`slicenodes.${sliceNodeKind.group}`);
});
