import { expect, it } from 'vitest';
import { deletedPeersInUse } from './lost-objects.ts';
import type { SliceFacts } from './node-state.ts';

const peer = (cluster: string, node: string) => ({ cluster, node, publicKey: '', endpoints: [], blocks: [], router: '10.0.0.1' });
const slice = (name: string, peers: SliceFacts['peers']): SliceFacts => ({
  name,
  uid: 'u',
  subnet: '10.0.0.0/16',
  blocks: [],
  driver: 'Auto',
  namespaces: [],
  peers,
});

it('remembers deleted peers only while the node acts on them', () => {
  const before = [slice('app', [peer('east', 'n1'), peer('east', 'n2')])];
  expect(deletedPeersInUse(new Set(['app/east/n1', 'app/east/n9', 'other/east/n2']), before)).toEqual(new Set(['app/east/n1']));
  expect(deletedPeersInUse(new Set(), before)).toEqual(new Set());
  expect(deletedPeersInUse(new Set(['app/east/n1']), [])).toEqual(new Set());
});
