import manifest from '../../package.json' with { type: 'json' };
import { sliceKind } from '../../src/api/kinds.ts';
import { confirmAnnotation } from '../../src/api/labels.ts';
import type { ServiceExport } from '../../src/api/serviceexport/type.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { type Namespace, namespaceKind, type Pod, type PodSpec } from '../../src/kubernetes/kinds.ts';
import { Failure } from '../../src/values/failure.ts';
import { apiVersionOf } from '../../src/values/resource-kind.ts';
import type { Bed } from './bed.ts';

const image = `kubeslice/demo:${manifest.version}`;

/** A pod of the demo image: waits to be used by a shell unless told otherwise, and is gone at once when deleted. */
export const pod = (namespace: string, name: string, spec: Partial<PodSpec> = {}, container: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    ...spec,
    containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'], ...container }],
  },
});

/** What a container of the demo image needs to answer HTTP on port 80. */
export const answering = { command: ['node', '/srv/answer.js'] };

/** A Slice as people write it, in the default project. */
export const slice = (name: string, sliceSubnet: string, namespaces: readonly string[]): Slice => ({
  apiVersion: apiVersionOf(sliceKind),
  kind: sliceKind.kind,
  metadata: { namespace: 'default', name, annotations: { [confirmAnnotation]: 'true' } },
  spec: { sliceSubnet, namespaceIsolationProfile: { allowedNamespaces: [...namespaces] } },
});

/** A ServiceExport of the pods of an app, on port 80. */
export const serviceExport = (namespace: string, name: string, sliceName: string, app: string): ServiceExport => ({
  apiVersion: apiVersionOf(sliceKind),
  kind: 'ServiceExport',
  metadata: { namespace, name },
  spec: { slice: sliceName, selector: { matchLabels: { app } }, ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }] },
});

/** Whether a pod is Ready. */
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Deletes, and does not mind if there is nothing to delete. */
export const remove = async (client: Client, ...[kind, target, call]: Parameters<Client['delete']>): Promise<void> => {
  try {
    await client.delete(kind, target, call);
  } catch (error) {
    if (!Failure.is(error, 'NotFound')) throw error;
  }
};

/** Makes a namespace, afresh if one is left from an earlier run; it is removed at the end. Resolves when pods can start in it. */
export const makeNamespace = async (bed: Bed, client: Client, name: string): Promise<void> => {
  const { signal } = bed;
  const target = { name };
  const found = await bed.follow<Namespace>(client, { kind: namespaceKind, fieldSelector: `metadata.name=${name}` });
  await remove(client, namespaceKind, target, { signal });
  await found.when(`namespace ${name} of an earlier run is gone`, (all) => all.length === 0);
  await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: target }, { signal });
  bed.later((undo) => remove(client, namespaceKind, target, { signal: undo }));
};
