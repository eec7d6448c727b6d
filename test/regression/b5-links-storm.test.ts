import { expect, it } from 'vitest';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { linksBody } from '../../src/exchange/statement/links.ts';
import { measurementGapMs, reportDelay } from '../../src/plan/board/report-pace.ts';
import { encodeVotes, type Vote } from '../../src/plan/links/link-votes.ts';
import { planLinks, sameLinkStates } from '../../src/plan/links/links.ts';

/** What the agents of a cluster say while a node of another cluster joins: each finds it at another moment. */
const cluster = (nodes: number, others: number, found: number): SliceNode[] =>
  Array.from({ length: nodes }, (_, index) => ({
    apiVersion: '',
    kind: 'SliceNode',
    metadata: { name: `app.n${index}` },
    spec: { slice: 'app', sliceUID: 'u', node: `n${index}`, sliceSubnet: '', blocks: [], driver: 'Auto' },
    status: {
      publicKey: 'k',
      links: {
        observedAt: '2026-01-01T00:00:00Z',
        clusters: {
          west: encodeVotes(
            new Map(Array.from({ length: others + (index < found ? 1 : 0) }, (_, peer): [string, Vote] => [`w${peer}`, 'Up'])),
          ),
        },
      },
    },
  }));

const reportOf = (sliceNodes: SliceNode[], peers: number) =>
  planLinks({
    sliceNodes,
    nodes: sliceNodes.map(({ spec }) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: spec.node } })),
    peers: new Map([['west', peers]]),
    cluster: 'east',
    silent: new Set(),
    refused: [],
    failing: { list: [], count: 0 },
    absentNamespaces: [],
    access: undefined,
  });

it('a node that joins costs a cluster of 100 nodes two writes of a few hundred bytes, whenever each node finds it', () => {
  let last: { readonly body: ReturnType<typeof reportOf>; readonly at: number } = {
    body: reportOf(cluster(100, 100, 0), 100),
    at: -60_000,
  };
  const writes: number[] = [];
  // The agents find it within a second, one each 10 ms; the report is made anew for each and once it is due.
  for (let now = 0; now <= 10_000; now += 10) {
    const body = reportOf(cluster(100, 100, Math.min(100, now / 10)), 101);
    const differs = !sameLinkStates(body, last.body);
    if (!differs || reportDelay(now - last.at, differs, 0.5) > 0) continue;
    last = { body, at: now };
    writes.push(JSON.stringify(body).length);
  }
  // One says that it is coming, one that it is there.
  expect(writes).toHaveLength(2);
  expect(Math.max(...writes)).toBeLessThan(8_000);
  expect(last.body.clusters).toEqual([{ cluster: 'west', up: 10_100, down: 0, total: 10_100 }]);
});

it('measurements alone are written once a minute, each cluster at its own time', () => {
  expect(reportDelay(1_000, false, 0)).toBe(measurementGapMs - 1_000);
  expect(reportDelay(1_000, false, 1)).toBe(71_000);
  expect(reportDelay(undefined, true, 1)).toBe(0);
  expect(reportDelay(500, true, 1)).toBe(1_500);
});

it('counts of any size are a report', () => {
  const body = reportOf(cluster(100, 10_000, 0), 10_001);
  expect(linksBody.safeParse({ ...body, clusters: [{ cluster: 'west', up: 0, down: 2 ** 50, total: 2 ** 50 }] }).success).toBe(true);
});
