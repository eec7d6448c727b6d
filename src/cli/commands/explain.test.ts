import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceExportKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { importedNamespaceLabel, importedServiceLabel, sourceClusterLabel } from '../../api/labels.ts';
import { hubSecret, memberNamespace } from '../../api/places.ts';
import {
  configMapKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  secretKind,
  serviceCidrKind,
  serviceKind,
} from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './explain.ts';

const kinds = [
  configMapKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  secretKind,
  serviceCidrKind,
  serviceExportKind,
  serviceImportKind,
  serviceKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let contexts: FakeContexts;

/** A member with one pod in slice app; no agent runs, so nobody sends packets. */
const member = (cluster: string, pod: string, address: string, block: string): void => {
  const api = contexts.api(cluster);
  const ours = (name: string) => ({ name, namespace: memberNamespace });
  api.put(secretKind, { apiVersion: 'v1', kind: 'Secret', metadata: ours(hubSecret), data: { cluster: base64(cluster) } });
  const { uid = '' } = api.put(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace: 'shop', labels: { app: pod } },
    spec: { nodeName: 'n1', containers: [] },
    status: { phase: 'Running' },
  }).metadata;
  api.put(sliceKind, {
    apiVersion: 'v1',
    kind: 'Slice',
    metadata: ours('app'),
    spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { applicationNamespaces: ['shop'] } },
  });
  const blocks = [block];
  api.put(sliceNodeKind, {
    apiVersion: 'v1',
    kind: 'SliceNode',
    metadata: ours('app.n1'),
    spec: { slice: 'app', sliceUID: 'u', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks, driver: 'Auto' },
    status: { pods: { [uid]: { namespace: 'shop', name: pod, address } } },
  });
};
const offer = (status: object): void => {
  contexts.api('east').put(serviceImportKind, {
    apiVersion: 'v1',
    kind: 'ServiceImport',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      slice: 'app',
      dnsName: 'web.shop.svc.slice.local',
      ports: [{ name: 'http', containerPort: 8080, servicePort: 80, protocol: 'TCP' }],
    },
    status: { availableEndpoints: 0, ...status },
  });
};

beforeEach(async () => {
  contexts = await startFakeContexts(['east', 'west'], kinds);
  member('east', 'client', '10.0.0.2', '10.0.0.0/26');
  member('west', 'web-1', '10.0.1.2', '10.0.1.0/26');
  contexts.api('east').put(slicePeerKind, {
    apiVersion: 'v1',
    kind: 'SlicePeer',
    metadata: { name: 'app.west.n1', namespace: memberNamespace },
    spec: {
      slice: 'app',
      cluster: 'west',
      node: 'n1',
      publicKey: 'PEER',
      endpoints: [{ address: '192.0.2.2', port: 51_820 }],
      blocks: ['10.0.1.0/26'],
      router: '10.0.1.1',
      serial: 1,
    },
  });
});
afterEach(() => contexts.stop());

/** Exit code, and the steps of which something was seen. */
const explain = async (to: string, from = 'shop/client') => {
  const { code, out } = await contexts.run(command, [from, to], { context: 'east', output: 'json' });
  const { hops } = JSON.parse(out) as { readonly hops: readonly { hop: string; state: string; text: string }[] };
  return [code, ...hops.filter(({ state }) => state !== 'unknown').map(({ hop, state, text }) => `${hop} ${state}: ${text}`)];
};

const callerIsIn = 'membership ok: pod shop/client is in slice app with address 10.0.0.2';
const addressIsKnown = 'address ok: 10.0.1.2 is of node west/n1, which is at 192.0.2.2';
const noPolicies = 'policy ok: there are no policies, so everybody may call';

describe('explain', () => {
  it('follows a service to the endpoint of another cluster', async () => {
    offer({ availableEndpoints: 1, endpoints: [{ ip: '10.0.1.2', clusterId: 'west', name: 'web-1' }] });
    const steps = [callerIsIn, 'export ok: shop/web is offered with 1 ready endpoints', addressIsKnown, noPolicies];
    expect(await explain('shop/web')).toEqual([0, ...steps]);
    expect(await explain('web.shop.svc.slice.local:80')).toEqual([0, ...steps]);
    expect(await explain('shop/web', 'shop/nobody')).toEqual([
      2,
      'membership broken: There is no pod shop/nobody in context east.',
      steps[1],
    ]);
  });

  it('sees the fault of an export in the cluster that offers it', async () => {
    offer({ endpoints: [{ ip: '10.0.1.2', clusterId: 'west', name: 'web-1' }] });
    contexts.api('west').put(serviceExportKind, {
      apiVersion: 'v1',
      kind: 'ServiceExport',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { slice: 'other' },
      status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Exported', message: 'm', lastTransitionTime: 't' }] },
    });
    expect(await explain('shop/web')).toEqual([
      2,
      callerIsIn,
      'export broken: It is offered to slice other, and the pod that calls is in slice app.',
      addressIsKnown,
      noPolicies,
    ]);
  });

  it('looks at an endpoint that is stated, and left out because its node is not reached', async () => {
    offer({});
    contexts.api('east').put(endpointSliceKind, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'web-west',
        namespace: 'shop',
        labels: { [importedServiceLabel]: 'web', [importedNamespaceLabel]: 'shop', [sourceClusterLabel]: 'west' },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.1.2'], hostname: 'web-1' }],
    });
    expect(await explain('shop/web')).toEqual([
      0,
      callerIsIn,
      'export ok: shop/web is offered with 1 ready endpoints, whose nodes are not reached from here now',
      addressIsKnown,
      noPolicies,
    ]);
  });

  it('takes a name of which there is no service for that of a pod', async () => {
    expect(await explain('shop/client')).toEqual([
      0,
      callerIsIn,
      'export ok: a pod is called by its address; that needs no export',
      'name ok: no name was given',
      'address ok: 10.0.0.2 is of node n1 of this cluster',
      noPolicies,
      'port ok: no port was given',
    ]);
    const { out } = await contexts.run(command, ['shop/client', 'shop/web-1'], { context: 'east', toContext: 'west', output: 'json' });
    expect(out).toContain('10.0.1.2 is of node west/n1');
  });

  it('says that nobody offers a name, and proposes one that is nearly the same', async () => {
    offer({});
    expect(await explain('shop/webb')).toEqual([
      2,
      callerIsIn,
      'export broken: No cluster offers shop/webb to this one; there is shop/web.',
    ]);
  });
});
