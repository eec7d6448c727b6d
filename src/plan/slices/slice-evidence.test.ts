import { describe, expect, it } from 'vitest';
import { exchangeNamespace } from '../../api/places.ts';
import { cluster, report, slice } from '../fixtures/hub.ts';
import { accept } from '../membership/acceptance.ts';
import { planGrants } from '../membership/grants.ts';
import { membersOf } from '../membership/members.ts';
import { sliceEvidence } from './slice-evidence.ts';

const healthy = { clusterHealth: { clusterHealthStatus: 'Normal', lastUpdated: '2026-01-01T00:00:00Z' } } as const;

/** The evidence about a slice of some clusters, decided as the controller decides. */
const evidenceOf = (spec: Parameters<typeof slice>[1], clusters: ReturnType<typeof cluster>[], reports: [string, number][] = []) => {
  const app = slice('app', spec);
  const members = membersOf(app.spec, clusters);
  const acceptance = accept(app, [], members.joined, new Set());
  const grants = planGrants(
    app.spec.sliceSubnet,
    acceptance.admitted.map(({ metadata }) => metadata.name),
    [],
  );
  return sliceEvidence({
    slice: app,
    members,
    acceptance,
    grants,
    clusters,
    policiesServed: true,
    reports: new Map(reports.map(([name, nodes]) => [name, report(nodes)])),
  });
};

describe('the evidence about a slice', () => {
  it('has blocks, connection and report of each cluster that takes part', () => {
    const { clusters, exchangeNamespace: board } = evidenceOf({}, [cluster('east', healthy), cluster('west')], [['east', 2]]);
    expect(clusters).toEqual([
      { name: 'east', blocks: ['10.0.0.0/24'], connected: true, report: report(2) },
      { name: 'west', blocks: ['10.0.1.0/24'], connected: false, report: undefined },
    ]);
    expect(board).toBe(exchangeNamespace('uid-app'));
  });

  it.each([
    ['is unknown', [], 'UnknownCluster', 'join it with "kubeslice join east" or remove it from spec.clusters.'],
    ['has not joined', [cluster('east', {}, false)], 'WaitingForCluster', 'run "kubeslice token create east" and join with it.'],
    ['has the same addresses', [cluster('east', { cniSubnet: ['10.0.0.0/8'] })], 'SubnetOverlap', 'use another subnet'],
  ])('names a cluster that %s, and there is no board without one that takes part', (_, clusters, reason, advice) => {
    const evidence = evidenceOf({ clusters: ['east'] }, clusters);
    expect([...evidence.missing]).toEqual([['east', { reason, message: expect.stringContaining(advice) }]]);
    expect(evidence).toMatchObject({ clusters: [], exchangeNamespace: undefined });
  });

  it('says which clusters got no block', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const evidence = evidenceOf(
      { sliceSubnet: '10.0.0.0/28' },
      names.map((name) => cluster(name)),
    );
    expect([...evidence.withoutBlock.keys(), ...evidence.clusters.map(({ name }) => name)].toSorted()).toEqual(names);
  });
});
