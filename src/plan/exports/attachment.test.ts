import { describe, expect, it } from 'vitest';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { attachmentOf } from './attachment.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'app-ns', uid: 'u' },
  spec: { nodeName: 'n1', containers: [] },
};

const node = (name: string, address: string, blocks = ['10.0.0.0/26']): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: `app.${name}` },
  spec: { slice: 'app', sliceUID: 's', node: name, sliceSubnet: '10.0.0.0/16', blocks, driver: 'Auto' },
  status: { router: '10.0.0.1', pods: { u: { namespace: 'app-ns', name: 'web-1', address } } },
});

describe('where a pod is attached', () => {
  it.each([
    ['on its node, from the blocks of that node', [node('n1', '10.0.0.2')], { address: '10.0.0.2', node: 'n1' }],
    ['in a block that was added later', [node('n1', '10.0.9.2', ['10.0.0.0/26', '10.0.9.0/26'])], { address: '10.0.9.2', node: 'n1' }],
    ['not where another node says it is', [node('n2', '10.0.0.2')], undefined],
    ['on its own node, whatever another one says', [node('n2', '10.0.0.3'), node('n1', '10.0.0.2')], { address: '10.0.0.2', node: 'n1' }],
    ['not at an address of another node', [node('n1', '10.0.1.2')], undefined],
    ['not at the address of the node itself', [node('n1', '10.0.0.1')], undefined],
    ['not at something that is no address', [node('n1', 'x')], undefined],
    ['nowhere when nobody says anything', [], undefined],
  ])('%s', (_, nodes, expected) => {
    expect(attachmentOf(pod, nodes)).toEqual(expected);
  });
});
