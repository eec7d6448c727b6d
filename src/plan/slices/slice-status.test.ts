import { describe, expect, it } from 'vitest';
import { conditionOf, type Verdict } from '../../api/condition.ts';
import type { ReportedLink } from '../../exchange/statement/links.ts';
import { report, slice } from '../fixtures/hub.ts';
import { type ClusterEvidence, planSliceStatus, type SliceEvidence } from './slice-status.ts';

const accepted: Verdict = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The slice is valid.' };
const evidence = (clusters: ClusterEvidence[], more: Partial<SliceEvidence> = {}): SliceEvidence => ({
  slice: slice('app'),
  accepted,
  exchangeNamespace: 'kubeslice-exchange-uid-app',
  withoutBlock: new Map(),
  shortage: undefined,
  retired: [],
  policiesServed: true,
  missing: new Map(),
  clusters,
  ...more,
});
const east = (more: Partial<ClusterEvidence> = {}): ClusterEvidence => ({
  name: 'east',
  blocks: ['10.0.0.0/24'],
  connected: true,
  report: report(2, { east: [2, 2], west: [4, 4] }),
  ...more,
});
const west = (more: Partial<ClusterEvidence> = {}): ClusterEvidence => ({
  name: 'west',
  blocks: ['10.0.1.0/24'],
  connected: true,
  report: report(2, { east: [4, 4], west: [2, 2] }),
  ...more,
});
const link = (state: ReportedLink['state']): ReportedLink => ({
  node: 'w1',
  peerCluster: 'east',
  peerNode: 'e1',
  driver: 'wireguard',
  state,
  reason: 'no answer for 6 s',
  since: '2026-01-01T00:00:00Z',
});
const ready = (seen: SliceEvidence) => conditionOf(planSliceStatus(seen, 0).conditions, 'Ready');

describe('status of a slice', () => {
  it('is ready when every node of every cluster reaches every other', () => {
    const status = planSliceStatus(evidence([west(), east()]), 0);
    expect(conditionOf(status.conditions, 'Ready')).toMatchObject({ status: 'True', reason: 'Ready', observedGeneration: 3 });
    expect(status).toMatchObject({ readyClusters: '2/2', clusters: [{ name: 'east', ready: true, nodes: 2 }, { name: 'west' }] });
  });

  it('says that no pod can join a slice without namespaces', () => {
    const seen = evidence([west(), east()]);
    const hint = /no namespace is named in spec\.namespaceIsolationProfile\.allowedNamespaces/;
    const namespaceIsolationProfile = { allowedNamespaces: ['app-ns'] };
    const named = { ...seen.slice, spec: { ...seen.slice.spec, namespaceIsolationProfile } };
    expect(ready({ ...seen, slice: named })?.message).not.toMatch(hint);
    const empty = { ...seen.slice, spec: { ...seen.slice.spec, namespaceIsolationProfile: {} } };
    expect(ready({ ...seen, slice: empty })).toMatchObject({ status: 'True', message: expect.stringMatching(hint) });
  });

  it('is ready without a node that is switched off, also when it never was before, and names the node', () => {
    const off = { node: 'e2', reason: 'the node is switched off.', notReady: true as const };
    const seen = evidence([
      west({ report: report(2, { east: [2, 4], west: [2, 2] }, { worst: [link('Down')] }) }),
      east({ report: report(1, { east: [0, 0], west: [2, 2] }, { missingNodes: [off], missing: 1 }) }),
    ]);
    const status = planSliceStatus(seen, 0);
    expect(ready(seen)).toMatchObject({ status: 'True' });
    expect(status.readyClusters).toBe('2/2');
    expect(conditionOf(status.conditions, 'Degraded')).toMatchObject({
      status: 'True',
      reason: 'NodeNotReady',
      message: 'east/e2: the node is switched off.',
    });
    const alone = evidence([west(), east({ report: report(0, {}, { missingNodes: [off], missing: 1 }) })]);
    expect(ready(alone)).toMatchObject({ status: 'False', reason: 'NodeNotReady' });
  });

  it.each<[string, ClusterEvidence, string, RegExp]>([
    [
      'a cluster is not reached',
      west({ report: report(2, { east: [0, 4], west: [2, 2] }, { worst: [link('Down')] }) }),
      'LinkDown',
      /^Cluster west: 0 of 4 links to east are up \(w1 → east\/e1: no answer for 6 s\)\.$/,
    ],
    ['a worker is silent', west({ connected: false }), 'ConnectionLost', /worker of cluster west/],
    ['a cluster has not reported', west({ report: undefined }), 'AgentAbsent', /west has not reported/],
    [
      'links do not come up to a cluster that another refuses',
      west({ report: report(2, { east: [0, 4, 0], west: [2, 2] }, { refused: ['east shows another authority.'] }) }),
      'StatementRefused',
      /west does not use .*east shows another authority/,
    ],
    [
      'a node has no tunnel',
      west({ report: report(2, { east: [4, 4], west: [2, 2] }, { missingNodes: [{ node: 'w2', reason: 'no agent.' }], missing: 1 }) }),
      'AgentAbsent',
      /west\/w2: no agent/,
    ],
    ['links are coming up', west({ report: report(2, { east: [2, 4, 0], west: [2, 2] }) }), 'LinksPending', /2 of 4 links to east are up/],
    ['a link is down from the start', west({ report: report(2, { east: [3, 4], west: [2, 2] }) }), 'LinksPending', /3 of 4 links to east/],
  ])('says so when %s', (_, other, reason, message) => {
    const condition = ready(evidence([east(), other]));
    expect(condition).toMatchObject({ status: 'False', reason });
    expect(condition?.message).toMatch(message);
  });

  it('fits into a condition, however many clusters lose one another', () => {
    const names = Array.from({ length: 100 }, (_, index) => `cluster-${index}-${'x'.repeat(25)}`);
    const lost = names.map((name) => ({
      ...east({ name }),
      report: report(1, Object.fromEntries(names.map((peer) => [peer, [0, 1] as const]))),
    }));
    const message = ready(evidence(lost))?.message ?? '';
    expect(message.length).toBeLessThan(8_000);
    expect(message).toContain('and links to 96 more clusters');
    expect(message).toContain('And 90 more clusters are not ready.');
    const withoutBlock = new Map(
      Array.from({ length: 170 }, (_, index) => [`c${index}`, `Cluster c${index} ${'gets no block '.repeat(15)}.`]),
    );
    expect(ready(evidence([], { withoutBlock }))?.message.length).toBeLessThan(8_000);
  });

  it('does not believe a cluster that counts fewer nodes than the slice has', () => {
    // East sees only itself and says that all of its two links are up; west's two nodes make it six.
    expect(ready(evidence([east({ report: report(2, { east: [2, 2] }) }), west()]))).toMatchObject({
      status: 'False',
      reason: 'LinksPending',
    });
  });

  it('is Ready and Degraded when a cluster refuses a statement of another: its author must not make the slice not Ready', () => {
    const refusing = west({ report: report(2, { east: [4, 4], west: [2, 2] }, { refused: ['east states a year 9999.'] }) });
    const { conditions, clusters } = planSliceStatus(evidence([east(), refusing]), 0);
    const of = (type: string) => conditions?.find((condition) => condition.type === type);
    expect(of('Ready')).toMatchObject({ status: 'True' });
    expect(of('Degraded')).toMatchObject({ status: 'True', reason: 'StatementRefused' });
    expect(of('Degraded')?.message).toMatch(/^Cluster west does not use what another published: east states a year 9999\.$/);
    expect(clusters?.map(({ ready }) => ready)).toEqual([true, true]);
  });

  it('spells out what is missing for fifty clusters at the most, and briefly', () => {
    const message = `Cluster c cannot ${'be in the slice '.repeat(100)}.`;
    const missing = new Map(Array.from({ length: 1_000 }, (_, index) => [`c${index}`, { reason: 'UnknownCluster', message } as const]));
    const { clusters = [] } = planSliceStatus(evidence([east()], { missing }), 0);
    expect(clusters).toHaveLength(1_001);
    const messages = clusters.flatMap((one) => one.message ?? []);
    expect(messages).toHaveLength(50);
    expect(Math.max(...messages.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(512);
  });

  it('puts a link that is down before a worker that is silent', () => {
    const condition = ready(evidence([east({ connected: false }), west({ report: report(2, { east: [0, 4] }) })]));
    expect(condition?.reason).toBe('LinkDown');
  });

  it('waits for the first cluster, names the missing ones, and repeats a refusal', () => {
    expect(ready(evidence([]))).toMatchObject({ reason: 'AwaitingCluster' });
    expect(
      ready(
        evidence([east({ report: report(1) })], {
          missing: new Map([['south', { reason: 'UnknownCluster', message: 'Cluster south is not registered.' }]]),
        }),
      ),
    ).toMatchObject({ reason: 'UnknownCluster' });
    const waiting = new Map([['south', { reason: 'WaitingForCluster', message: 'Cluster south has not joined yet.' } as const]]);
    expect(ready(evidence([east({ report: report(1) })], { missing: waiting }))).toMatchObject({ reason: 'WaitingForCluster' });
    expect(ready(evidence([], { accepted: { ...accepted, status: 'False', reason: 'NamespaceConflict' } }))).toMatchObject({
      reason: 'NamespaceConflict',
    });
    expect(ready(evidence([east()], { withoutBlock: new Map([['north', 'too small']]) }))).toMatchObject({
      reason: 'AddressSpaceTooSmall',
      message: 'too small',
    });
  });

  it('keeps the time of a condition while its status stays', () => {
    const first = planSliceStatus(evidence([east({ report: report(1) })]), 0);
    const again = planSliceStatus({ ...evidence([east({ report: report(1) })]), slice: { ...slice('app'), status: first } }, 60_000);
    expect(again).toEqual(first);
  });
});
