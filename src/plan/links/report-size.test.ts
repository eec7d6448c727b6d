import { expect, it } from 'vitest';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { fitReport, maxReportBytes } from './report-size.ts';

const long = 'ä'.repeat(1_024);
const name = (index: number): string => `${'n'.repeat(200)}-${index}`;
const list = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const small: LinksBody = { nodes: 1, clusters: [], worst: [], impaired: [], impairedNodes: 0, missingNodes: [], missing: 0 };
const large: LinksBody = {
  nodes: 1_000,
  clusters: list(1_024, (index) => ({
    cluster: `cluster-${String(index).padStart(40, '0')}`,
    up: index,
    down: 1_000 - index,
    total: 1_000,
  })),
  worst: list(20, (index) => ({
    node: name(index),
    peerCluster: 'west',
    peerNode: name(index),
    driver: 'WireGuard',
    state: 'Down',
    reason: long,
    since: '2026-01-01T00:00:00Z',
  })),
  impaired: list(50, (index) => ({ node: name(index), up: 0, down: 1, total: 1, reason: long })),
  impairedNodes: 1_000,
  missingNodes: list(50, (index) => ({ node: name(index), reason: long })),
  missing: 1_000,
  failingExports: list(50, (index) => ({ namespace: 'app-ns', name: `e${index}`, reason: 'ServiceNotFound', message: long.slice(0, 512) })),
  refused: list(10, () => long),
};

it('leaves a small report as it is', () => {
  expect(fitReport(small)).toEqual(small);
});

it('makes the largest report small enough, and keeps its sums and the clusters that are reached worst', () => {
  const fitted = fitReport(large);
  expect(Buffer.byteLength(canonicalJson(fitted))).toBeLessThanOrEqual(maxReportBytes);
  expect(fitted).toMatchObject({ nodes: 1_000, impairedNodes: 1_000, missing: 1_000 });
  expect(fitted.clusters.length).toBeGreaterThan(100);
  expect(fitted.clusters[0]?.down).toBe(1_000);
});

it('keeps every example of a report of usual size', () => {
  const usual = {
    ...small,
    missingNodes: list(50, (index) => ({ node: `node-${index}`, reason: 'its agent has not reported for 45 s.' })),
  };
  expect(fitReport(usual)).toEqual(usual);
});
