import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { type NodeObjects, nodeFacts, publishedDecisions } from './facts.ts';

const peer = (cluster: string, node: string, block: string): SlicePeer => ({
  apiVersion: '',
  kind: '',
  metadata: { name: `app.${cluster}.${node}` },
  spec: {
    slice: 'app',
    cluster,
    node,
    publicKey: createHash('sha256').update(`${cluster}${node}`).digest('base64'),
    endpoints: [],
    blocks: [block],
    router: block.replace('.0/24', '.1'),
    serial: 1,
  },
});
const pod = (uid: string, rest: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, namespace: 'ns', uid },
  ...rest,
});
const objects: NodeObjects = {
  node: 'n1',
  nodeObject: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    status: {
      addresses: [
        { type: 'Hostname', address: 'n1' },
        { type: 'InternalIP', address: '10.9.0.1' },
        { type: 'ExternalIP', address: '203.0.113.1' },
      ],
    },
  },
  sliceNodes: [
    {
      apiVersion: '',
      kind: '',
      metadata: { name: 'app.n1' },
      spec: { slice: 'app', sliceUID: 'u', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks: ['10.0.0.0/24'], driver: 'Auto' },
    },
  ],
  slicePeers: [peer('west', 'n1', '10.0.2.0/24'), peer('east', 'n1', '10.0.0.0/24'), peer('east', 'n2', '10.0.1.0/24')],
  slices: [
    {
      apiVersion: '',
      kind: '',
      metadata: { name: 'app' },
      spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['ns'] } },
    },
  ],
  pods: [
    pod('plain'),
    pod('host', { spec: { containers: [], hostNetwork: true } }),
    pod('out', { metadata: { name: 'out', namespace: 'ns', uid: 'out', labels: { 'kubeslice.io/exclude': 'true' } } }),
    pod('ended', { status: { phase: 'Succeeded' } }),
  ],
};

it('leaves this node out of its own peers, though another cluster has a node of the same name', () => {
  expect(nodeFacts(objects).slices[0]?.peers.map(({ cluster, node }) => `${cluster}/${node}`)).toEqual(['east/n2', 'west/n1']);
});

it('takes addresses that others can reach, external ones first', () => {
  expect(nodeFacts(objects).addresses).toEqual(['203.0.113.1', '10.9.0.1']);
});

it('says which pods can join', () => {
  expect(
    nodeFacts(objects)
      .pods.filter(({ eligible }) => eligible)
      .map(({ uid }) => uid),
  ).toEqual(['plain']);
});

it('ends with the deletion of the SliceNode, and has no members without the Slice', () => {
  const [sliceNode] = objects.sliceNodes;
  if (sliceNode === undefined) throw new Error('no SliceNode');
  const deleted = { ...sliceNode, metadata: { ...sliceNode.metadata, deletionTimestamp: 'now' } };
  expect(nodeFacts({ ...objects, sliceNodes: [deleted] }).slices).toEqual([]);
  expect(nodeFacts({ ...objects, slices: [] }).slices[0]?.namespaces).toEqual([]);
});

it('reads back what the node decided and published', () => {
  const [sliceNode] = objects.sliceNodes;
  if (sliceNode === undefined) throw new Error('no SliceNode');
  const status = { port: 51_822, pods: { plain: { namespace: 'ns', name: 'plain', address: '10.0.0.9' } } };
  expect(publishedDecisions([{ ...sliceNode, status }])).toEqual({
    app: { uid: 'u', port: 51_822, leases: { plain: '10.0.0.9' }, freed: {} },
  });
  expect(publishedDecisions([sliceNode])).toEqual({});
});

it('prefers private endpoints of its own cluster, and keeps the order that others state', () => {
  const endpoints = ['203.0.113.7', '10.9.0.7'].map((address) => ({ address, port: 1 }));
  const stated = ['east', 'west'].map((cluster, index) => {
    const one = peer(cluster, 'n3', `10.0.${index + 3}.0/24`);
    return { ...one, spec: { ...one.spec, endpoints } };
  });
  const sliceNodes = objects.sliceNodes.map((one) => ({
    ...one,
    metadata: { ...one.metadata, labels: { 'kubeslice.io/cluster': 'east' } },
  }));
  const { slices } = nodeFacts({ ...objects, sliceNodes, slicePeers: stated });
  expect(slices[0]?.peers.map((one) => one.endpoints[0]?.address)).toEqual(['10.9.0.7', '203.0.113.7']);
});
