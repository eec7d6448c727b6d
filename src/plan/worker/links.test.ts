import { describe, expect, it } from 'vitest';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { LinkState } from '../../api/slicenode/type.ts';
import { type LinksSnapshot, planLinks, sameLinkStates } from './links.ts';
import { sliceNode } from './worker.fixtures.ts';

const link = (state: LinkState['state'], rttMs = 1): LinkState => ({
  driver: 'wireguard',
  state,
  reason: 'r',
  rttMs,
  since: '2026-01-01T00:00:00Z',
});
const n1 = sliceNode('n1', { publicKey: 'k', links: { 'east/n2': link('Up'), 'west/w1': link('Down') } });
const n2 = sliceNode('n2', { publicKey: 'k', links: { 'east/n1': link('Suspect'), 'west/w1': link('Up') } });
const linksOf = (seen: Partial<LinksSnapshot>) =>
  planLinks({ sliceNodes: [n1], nodes: ['n1'], peerCount: 3, refused: [], exports: [], ...seen });

describe('the report about links', () => {
  it('counts what should be and what is, the worst first; a suspect link still carries', () => {
    const body = linksOf({ sliceNodes: [n1, n2], nodes: ['n1', 'n2'] });
    expect(body).toMatchObject({ nodes: 2, expected: 4, up: 3, missingNodes: [] });
    expect(body.links.map((one) => `${one.node} ${one.peerCluster}/${one.peerNode} ${one.state}`)).toEqual([
      'n1 west/w1 Down',
      'n2 east/n1 Suspect',
      'n1 east/n2 Up',
      'n2 west/w1 Up',
    ]);
  });

  it('names nodes without a tunnel, with what their agent says', () => {
    const broken = sliceNode('n2', {
      conditions: [{ type: 'Ready', status: 'False', reason: 'KernelFeatureMissing', message: 'no tun device.', lastTransitionTime: '' }],
    });
    expect(linksOf({ sliceNodes: [n1, broken], nodes: ['n3', 'n2', 'n1'], peerCount: 1 }).missingNodes).toEqual([
      { node: 'n2', reason: 'no tun device.' },
      { node: 'n3', reason: expect.stringContaining('the agent has not set up its tunnel yet') },
    ]);
  });

  it('names exports that cannot be made, and not those that only wait for their pods', () => {
    const exported = (name: string, exportStatus: 'ERROR' | 'PENDING', reason: string): ServiceExport => ({
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'ServiceExport',
      metadata: { name, namespace: 'app-ns' },
      spec: { slice: 'app' },
      status: { exportStatus, conditions: [{ type: 'Ready', status: 'False', reason, message: `${name}.`, lastTransitionTime: '' }] },
    });
    const well = linksOf({ exports: [exported('slow', 'PENDING', 'EndpointsNotReady')] });
    const ill = linksOf({ exports: [exported('wrong', 'ERROR', 'ServiceNotFound')] });
    const early = linksOf({ exports: [exported('early', 'ERROR', 'SliceNotFound')] });
    const corrected = exported('corrected', 'ERROR', 'ServiceNotFound');
    const stale = linksOf({ exports: [{ ...corrected, metadata: { ...corrected.metadata, generation: 2 } }] });
    for (const fine of [well, early, stale]) expect(fine.failingExports).toBeUndefined();
    expect(ill.failingExports).toEqual([{ namespace: 'app-ns', name: 'wrong', reason: 'ServiceNotFound', message: 'wrong.' }]);
    expect(sameLinkStates(well, ill)).toBe(false);
  });

  it('is the same while only measurements differ', () => {
    const body = linksOf({});
    const measured = linksOf({
      sliceNodes: [sliceNode('n1', { publicKey: 'k', links: { 'east/n2': link('Up', 9), 'west/w1': link('Down') } })],
    });
    const healed = linksOf({ sliceNodes: [sliceNode('n1', { publicKey: 'k', links: { 'east/n2': link('Up'), 'west/w1': link('Up') } })] });
    expect(sameLinkStates(body, measured)).toBe(true);
    expect(sameLinkStates(body, healed)).toBe(false);
  });
});
