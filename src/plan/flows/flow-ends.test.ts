import { expect, it } from 'vitest';
import { addressesOf, flowEnds } from './flow-ends.ts';
import { client, flow, server, sliceFacts } from './flows.fixtures.ts';
import { nodeFlowsSchema } from './node-flows.ts';

const pods = [
  { uid: 'a', namespace: 'shop', name: 'client', eligible: true, serviceAccount: 'web', labels: { app: 'client' } },
  { uid: 'b', namespace: 'shop', name: 'mirror', eligible: true },
];
const snapshot = { slice: sliceFacts, pods, leases: { a: client, b: '10.0.0.3' } };

it('collects every address of a record once', () => {
  const denied = { flows: [flow(client, server)], strays: [flow(server, client)], crowded: [{ source: '10.0.0.9', packets: 1, age: 1 }] };
  expect(addressesOf(denied, { flows: [flow(client, '10.0.0.3')], missed: 0 })).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.9', '10.0.1.2']);
  expect(addressesOf(undefined, undefined)).toEqual([]);
});

it('knows its own pods with all labels, and others by what their cluster states', () => {
  expect(flowEnds([client, server], snapshot)).toEqual([
    {
      address: client,
      cluster: 'east',
      isOwn: true,
      pod: 'shop/client',
      identity: { namespace: 'shop', serviceAccount: 'web', labels: { app: 'client' } },
    },
    {
      address: server,
      cluster: 'west',
      isOwn: false,
      identity: { namespace: 'shop', serviceAccount: 'api', labels: { app: 'server' }, labelKeys: ['app'] },
    },
  ]);
});

it('gives a pod without an account no identity, an address outside of all blocks no cluster, and routers no place', () => {
  expect(flowEnds(['10.0.0.3', '10.0.7.7', '10.0.1.1', 'nonsense'], snapshot)).toEqual([
    { address: '10.0.0.3', cluster: 'east', isOwn: true, pod: 'shop/mirror' },
    { address: '10.0.7.7', isOwn: false },
    { address: 'nonsense', isOwn: false },
  ]);
});

it('makes answers that readers accept', () => {
  const slice = { slice: 'app', access: sliceFacts.access, ends: flowEnds([client, server], snapshot) };
  const answer = { version: 1, node: 'n', now: 1, slices: [slice] };
  expect(nodeFlowsSchema.parse(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
});
