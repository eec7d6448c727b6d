import { describe, expect, it } from 'vitest';
import type { MembershipSpec } from '../../api/membership/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { checkGrant } from './grant-check.ts';

const networks = { cniSubnet: ['10.244.0.0/24'], serviceSubnet: ['10.96.0.0/16'], nodeIPs: ['192.0.2.7', 'fd00::7'] };

const grant = (sliceSubnet: string): MembershipSpec => ({
  project: 'default',
  slice: 'app',
  sliceUID: 'u',
  cluster: 'west',
  exchangeNamespace: 'board',
  sliceSubnet,
  namespaces: ['app-ns'],
  blocks: [],
  driver: 'Auto',
});

const node = (sliceSubnet: string, sliceUID = 'u'): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: 'app.n1' },
  spec: { slice: 'app', sliceUID, node: 'n1', sliceSubnet, blocks: [], driver: 'Auto' },
});

describe('a grant of the hub', () => {
  it.each([
    ['apart from all networks', '10.0.0.0/16', [], undefined],
    ['over the services', '10.96.0.0/16', [], 'service network 10.96.0.0/16'],
    ['inside the services', '10.96.4.0/24', [], 'service network 10.96.0.0/16'],
    ['over the pods of a node', '10.244.0.0/16', [], 'pod network 10.244.0.0/24'],
    ['over a node', '192.0.2.0/24', [], 'node address 192.0.2.7/32'],
    ['over a node that came when the slice ran', '192.0.2.0/24', [node('192.0.2.0/24')], undefined],
    ['with another subnet than the one that runs', '10.96.0.0/16', [node('10.0.0.0/16')], 'service network'],
    ['of another slice of that name', '10.96.0.0/16', [node('10.96.0.0/16', 'v')], 'service network'],
  ])('%s', (_, subnet, nodes, met) => {
    const verdict = checkGrant(grant(subnet), networks, nodes);
    expect(verdict.status).toBe(met === undefined ? 'True' : 'False');
    if (met !== undefined) expect(verdict.message).toContain(`overlaps the ${met}`);
  });
});
