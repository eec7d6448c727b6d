import { expect, it } from 'vitest';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { statedIdentities } from './stated-identities.ts';

const node = (pods: NonNullable<NonNullable<SliceNode['status']>['pods']>): SliceNode => ({
  apiVersion: '',
  kind: '',
  metadata: { name: 'app.n1' },
  spec: { slice: 'app', sliceUID: 'u', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks: ['10.0.0.0/24'], driver: 'Auto' },
  status: { pods },
});
const pod = (name: string, serviceAccountName: string | undefined, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid: `uid-${name}`, labels },
  spec: { containers: [], ...(serviceAccountName === undefined ? {} : { serviceAccountName }) },
});
const attached = (...names: string[]) =>
  Object.fromEntries(names.map((name, at) => [`uid-${name}`, { namespace: 'ns', name, address: `10.0.0.${at + 2}` }]));
const access = { default: 'Allow' as const, policies: [{ name: 'p', from: [{ podSelector: { matchLabels: { app: 'web' } } }] }] };
const lookup =
  (...pods: Pod[]) =>
  (namespace: string, name: string) =>
    pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);

it('states nothing of pods in a slice without policies on the hub', () => {
  expect(statedIdentities(undefined, node(attached('a')), lookup(pod('a', 'web')))).toEqual({});
});

it('groups pods of one identity, with the labels that policies ask for and no others', () => {
  const pods = lookup(
    pod('a', 'web', { app: 'web', secret: 'x' }),
    pod('b', 'web', { app: 'web', secret: 'y' }),
    pod('c', 'job', { secret: 'z' }),
  );
  expect(statedIdentities(access, node(attached('a', 'b', 'c')), pods)).toEqual({
    pods: [
      { namespace: 'ns', serviceAccount: 'job', addresses: ['10.0.0.4'] },
      { namespace: 'ns', serviceAccount: 'web', labels: { app: 'web' }, addresses: ['10.0.0.2', '10.0.0.3'] },
    ],
    labelKeys: ['app'],
  });
});

it('leaves out mirror pods, unknown pods, and a pod that has the name of an earlier one', () => {
  const other = { ...pod('c', 'web'), metadata: { name: 'c', namespace: 'ns', uid: 'another' } };
  expect(statedIdentities(access, node(attached('a', 'b', 'c')), lookup(pod('a', undefined), other)).pods).toEqual([]);
});

it('stays within the size of a statement', () => {
  const names = Array.from({ length: 250 }, (_, at) => `pod-${at}`);
  const pods = names.map((name) => pod(name, 'web', { app: name.padEnd(63, 'x') }));
  const stated = statedIdentities(access, node(attached(...names)), lookup(...pods));
  expect(JSON.stringify(stated).length).toBeLessThan(26_000);
  expect(stated.pods?.length).toBeGreaterThan(100);
});
