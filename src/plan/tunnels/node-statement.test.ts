import { expect, it } from 'vitest';
import type { Node } from '../../values/builtin/node.ts';
import { sliceNode } from '../fixtures/worker.ts';
import { nodeBodyOf } from './node-statement.ts';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.0.11' }] },
};
const status = { publicKey: 'key', router: '10.0.0.1', endpoints: [{ address: '192.168.0.11', port: 51820 }] };

it('states what the agent made', () => {
  expect(nodeBodyOf(sliceNode('node-1', status), node)).toEqual({
    node: 'node-1',
    publicKey: 'key',
    endpoints: status.endpoints,
    blocks: ['10.0.0.0/26'],
    addresses: ['10.0.0.1'],
  });
});

it('leaves out endpoints that are not of that very node', () => {
  const endpoints = [{ address: '192.168.0.12', port: 51820 }, ...status.endpoints];
  expect(nodeBodyOf(sliceNode('node-1', { ...status, endpoints }), node)?.endpoints).toEqual(status.endpoints);
  expect(nodeBodyOf(sliceNode('node-1', status), undefined)?.endpoints).toEqual([]);
});

it.each([
  ['no node', undefined],
  ['a node without a tunnel', sliceNode('node-1')],
  ['a node without a key', sliceNode('node-1', { router: status.router, endpoints: status.endpoints })],
])('states nothing about %s', (_, seen) => {
  expect(nodeBodyOf(seen, node)).toBeUndefined();
});

it('states IPsec for a node whose tunnel is one, once its key is proved', () => {
  const made = sliceNode('node-1', { ...status, driver: 'IPsec' });
  expect(nodeBodyOf(made, node, 'identity')).toMatchObject({ identityKey: 'identity', tunnel: 'IPsec' });
  expect(nodeBodyOf(made, node)).not.toHaveProperty('tunnel');
  expect(nodeBodyOf(sliceNode('node-1', { ...status, driver: 'WireGuard' }), node, 'identity')).not.toHaveProperty('tunnel');
});
