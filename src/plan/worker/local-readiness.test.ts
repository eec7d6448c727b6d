import { describe, expect, it } from 'vitest';
import type { LinksBody, ReportedLink } from '../../api/notice/statement.ts';
import { planLocalReadiness } from './local-readiness.ts';

const link = (state: ReportedLink['state'], peerNode: string): ReportedLink => ({
  node: 'e1',
  peerCluster: 'west',
  peerNode,
  driver: 'WireGuard',
  state,
  reason: 'No answer for 5 s.',
  since: '2026-01-01T00:00:00Z',
});
const report = (more: Partial<LinksBody>): LinksBody => ({ nodes: 1, expected: 2, up: 2, links: [], missingNodes: [], ...more });
const missingNodes = [{ node: 'e2', reason: 'its agent does not run' }];

describe("a cluster's own part of a slice", () => {
  it.each([
    ['works', {}, 'Ready', 'Every link of this cluster is up: 2, from 1 node.'],
    [
      'is cut off',
      { links: [link('Down', 'w1'), link('Down', 'w2')], up: 0, missingNodes },
      'LinkDown',
      'e1 → west/w1: No answer for 5 s. And 1 more links are down.',
    ],
    ['lacks a node', { missingNodes }, 'AgentAbsent', 'e2: its agent does not run'],
    ['is coming up', { up: 1 }, 'LinksPending', '1 of 2 links of this cluster are up.'],
    ['has a link that is only suspect', { links: [link('Suspect', 'w1')] }, 'Ready', 'Every link of this cluster is up: 2, from 1 node.'],
  ])('%s', (_, more, reason, message) => {
    expect(planLocalReadiness(report(more))).toMatchObject({ reason, message, status: reason === 'Ready' ? 'True' : 'False' });
  });
});
