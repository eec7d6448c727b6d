import { describe, expect, it } from 'vitest';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { planLocalDegradation, planLocalReadiness } from './local-readiness.ts';

const pair = (cluster: string, up: number, down: number, total = up + down) => ({ cluster, up, down, total });
const report = (more: Partial<LinksBody> = {}): LinksBody => ({
  nodes: 2,
  clusters: [pair('east', 2, 0), pair('west', 4, 0)],
  worst: [],
  impaired: [],
  impairedNodes: 0,
  missingNodes: [],
  missing: 0,
  ...more,
});
const absent = { missingNodes: [{ node: 'e2', reason: 'its agent does not run' }], missing: 2 };
const worst = [
  {
    node: 'e1',
    peerCluster: 'west',
    peerNode: 'w1',
    driver: 'WireGuard',
    state: 'Down' as const,
    reason: 'No answer.',
    since: '2026-01-01T00:00:00Z',
  },
];

describe("a cluster's own part of a slice", () => {
  it.each<[string, Partial<LinksBody>, boolean, string, string]>([
    ['works', {}, false, 'Ready', 'Every link of this cluster is up: 6, from 2 nodes.'],
    [
      'is cut off from a cluster',
      { clusters: [pair('east', 2, 0), pair('west', 0, 4)], worst },
      true,
      'LinkDown',
      '0 of 4 links to west are up (e1 → west/w1: No answer).',
    ],
    ['has no node', { nodes: 0, clusters: [], ...absent }, true, 'AgentAbsent', 'e2: its agent does not run'],
    ['is coming up', { clusters: [pair('west', 3, 0, 4)] }, false, 'LinksPending', '3 of 4 links to west are up.'],
    [
      'came up but for a node that is off',
      { clusters: [pair('west', 2, 2)] },
      false,
      'Ready',
      'Every cluster is reachable, by 2 of 4 links from 2 nodes.',
    ],
    [
      'has no node that is on',
      { nodes: 0, clusters: [], missing: 1, missingNodes: [{ node: 'e1', reason: 'switched off.', notReady: true }] },
      true,
      'NodeNotReady',
      'e1: switched off.',
    ],
    [
      'came up, and loses some links',
      { clusters: [pair('west', 3, 1)] },
      true,
      'Ready',
      'Every cluster is reachable, by 3 of 4 links from 2 nodes.',
    ],
    [
      'has nodes that do not reach one another',
      { clusters: [pair('east', 0, 2), pair('west', 4, 0)] },
      true,
      'Ready',
      'Every cluster is reachable, by 4 of 6 links from 2 nodes.',
    ],
  ])('%s', (_, more, wasReady, reason, message) => {
    expect(planLocalReadiness(report(more), 'east', wasReady)).toMatchObject({
      reason,
      message,
      status: reason === 'Ready' ? 'True' : 'False',
    });
  });

  it.each<[string, Partial<LinksBody>, string, string]>([
    ['by nothing', {}, 'False', 'Every node in service has its tunnel, and no link is down.'],
    ['by a link', { clusters: [pair('west', 3, 1)], ...absent }, 'True', '3 of 4 links to west are up.'],
    ['by nodes', absent, 'True', 'e2: its agent does not run And 1 more nodes.'],
  ])('is degraded %s', (_, more, status, message) => {
    expect(planLocalDegradation(report(more))).toMatchObject({ type: 'Degraded', status, message });
  });
});
