import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, noticeKind, projectKind, serviceExportKind, sliceKind } from '../../api/kinds.ts';
import { hubNamespace, hubSecret, memberNamespace } from '../../api/places.ts';
import { daemonSetKind, namespaceKind, podKind, secretKind, serviceKind } from '../../kubernetes/kinds.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command as verify } from './verify.ts';

const names = ['east', 'west'] as const;
let contexts: FakeContexts;

const slice = (namespace: string, spec: object = {}) => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'shop', namespace },
  spec: { sliceSubnet: '10.1.0.0/16', namespaceIsolationProfile: { applicationNamespaces: ['web', 'cart'] }, ...spec },
});

beforeEach(async () => {
  contexts = await startFakeContexts(
    ['hub', ...names],
    [clusterKind, projectKind, sliceKind, noticeKind, secretKind, daemonSetKind, namespaceKind, podKind, serviceKind, serviceExportKind],
  );
  const hub = contexts.api('hub');
  hub.put(projectKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Project',
    metadata: { name: 'default', namespace: hubNamespace },
    spec: {},
  });
  hub.put(sliceKind, slice('default'));
  for (const name of names) {
    hub.put(clusterKind, {
      apiVersion: 'controller.kubeslice.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name, namespace: 'default' },
      spec: {},
    });
    const member = contexts.api(name);
    member.put(secretKind, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: hubSecret, namespace: memberNamespace },
      data: { cluster: Buffer.from(name).toString('base64') },
    });
    member.put(daemonSetKind, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'kubeslice-agent', namespace: memberNamespace },
      spec: { selector: {}, template: { metadata: {}, spec: { containers: [{ name: 'agent', image: 'k:1' }] } } },
    });
  }
  contexts.api('east').put(sliceKind, slice(memberNamespace));
  contexts.api('east').put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } });
});
afterEach(() => contexts.stop());

const changes = () =>
  ['hub', ...names].flatMap((name) =>
    contexts
      .api(name)
      .requests.filter((line) => !line.startsWith('GET '))
      .map((line) => `${name}: ${line}`),
  );

describe('what is named for the test is checked before anything is made', () => {
  it.each([
    ['a slice without a namespace', { slice: 'shop' }, '--slice and --namespace go together'],
    ['a namespace without a slice', { namespace: 'web' }, '--slice and --namespace go together'],
    ['a slice with a slip', { slice: 'shpo', namespace: 'web' }, 'The hub has no slice "shpo"; there are: shop. Did you mean "shop"?'],
    [
      'a namespace with a slip',
      { slice: 'shop', namespace: 'wbe' },
      'Slice "shop" does not have the namespace "wbe"; it has: cart, web. Did you mean "web"?',
    ],
    ['a namespace that a cluster lacks', { slice: 'shop', namespace: 'cart' }, 'kubectl --context east create namespace cart'],
    [
      'a slice that a cluster is not in',
      { slice: 'shop', namespace: 'web' },
      'Slice "shop" is not in cluster west; name clusters that it has',
    ],
    ['a context with a slip', { contexts: 'esat,west' }, 'Did you mean "east"?'],
    ['one context', { contexts: 'east' }, 'The test needs two clusters, and only east is available'],
  ] as const)('%s', async (_, options, message) => {
    await expect(contexts.run(verify, [], { context: 'hub', project: 'default', ...options })).rejects.toThrow(message);
    expect(changes()).toEqual([]);
  });
});

it('takes away first what a killed run left in a slice of people', async () => {
  contexts.api('west').put(sliceKind, slice(memberNamespace));
  contexts.api('west').put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } });
  const metadata = { name: 'verify-old-east', namespace: 'web', labels: { 'kubeslice.io/verify': 'verify-old' } };
  contexts.api('east').put(podKind, { apiVersion: 'v1', kind: 'Pod', metadata });
  contexts.api('east').put(serviceKind, { apiVersion: 'v1', kind: 'Service', metadata });
  const exported = { apiVersion: 'networking.kubeslice.io/v1beta1', kind: 'ServiceExport', metadata, spec: { slice: 'shop' } };
  contexts.api('east').put(serviceExportKind, exported);
  // Nothing makes pods run here, so the test itself ends as soon as it cannot make a pod.
  contexts.api('east').faults.add({ method: 'POST', times: 1, effect: { status: 403 } });
  await expect(contexts.run(verify, [], { context: 'hub', project: 'default', slice: 'shop', namespace: 'web' })).rejects.toThrow();
  const kinds: readonly ResourceKind[] = [podKind, serviceKind, serviceExportKind];
  for (const kind of kinds) expect(contexts.api('east').objects(kind)).toEqual([]);
}, 20_000);
