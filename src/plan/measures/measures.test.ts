import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../api/cluster/type.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import { emptyLedger, type Ledger } from '../../exchange/ledger/ledger.ts';
import { measureHub } from './hub.ts';
import { measureMember } from './member.ts';
import { measureHandshakes, trafficSince } from './node.ts';
import { measureLimits, measureSlice } from './slice.ts';

const conditions = (status: string) => [
  { type: 'Ready', status, reason: 'Ready', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
];
const object = (namespace: string, name: string, rest: object): unknown => ({ metadata: { namespace, name }, ...rest });

describe('the hub', () => {
  it('counts slices and clusters of projects, and nobody else’s', () => {
    const slices = [
      object('default', 'blue', {
        status: { conditions: conditions('True'), clusters: [{ name: 'east', ready: true }, { name: 'west' }] },
      }) as Slice,
      object('kubeslice-team', 'red', { status: { conditions: conditions('False') } }) as Slice,
      object('kube-system', 'stray', { status: { conditions: conditions('True') } }) as Slice,
    ];
    const clusters = [
      object('default', 'east', { status: { conditions: conditions('True') } }) as Cluster,
      object('default', 'west', { status: { conditions: conditions('Unknown') } }) as Cluster,
      object('kubeslice-team', 'new', {}) as Cluster,
    ];
    expect(measureHub(slices, clusters)).toEqual({
      sliceReady: [
        { labels: { project: 'default', slice: 'blue' }, value: 1 },
        { labels: { project: 'team', slice: 'red' }, value: 0 },
      ],
      sliceClusters: [
        { labels: { project: 'default', slice: 'blue', state: 'ready' }, value: 1 },
        { labels: { project: 'default', slice: 'blue', state: 'notready' }, value: 1 },
        { labels: { project: 'team', slice: 'red', state: 'ready' }, value: 0 },
        { labels: { project: 'team', slice: 'red', state: 'notready' }, value: 0 },
      ],
      clusterConnected: [
        { labels: { project: 'default', cluster: 'east' }, value: 1 },
        { labels: { project: 'default', cluster: 'west' }, value: 0 },
        { labels: { project: 'team', cluster: 'new' }, value: 0 },
      ],
    });
  });
});

describe('a member', () => {
  it.each([
    ['READY', 3, 1],
    ['PENDING', 0, 0],
    ['ERROR', undefined, 0],
    [undefined, undefined, 0],
  ])('an export whose status is %s', (exportStatus, availableEndpoints, ready) => {
    const exported = object('app', 'web', { spec: { slice: 'blue' }, status: { exportStatus, availableEndpoints } }) as ServiceExport;
    const labels = { slice: 'blue', service_namespace: 'app', service: 'web' };
    const measured = measureMember([], [exported], []);
    expect(measured.exportReady).toEqual([{ labels, value: ready }]);
    expect(measured.exportEndpoints).toEqual([{ labels, value: availableEndpoints ?? 0 }]);
  });

  it('slices and imports', () => {
    const slice = object('kubeslice-system', 'blue', { status: { conditions: conditions('True') } }) as Slice;
    const fresh = object('kubeslice-system', 'new', {}) as Slice;
    const imported = object('app', 'web', { spec: { slice: 'blue' }, status: { availableEndpoints: 2 } }) as ServiceImport;
    const { memberSliceReady, importEndpoints } = measureMember([slice, fresh], [], [imported]);
    expect(memberSliceReady.map(({ labels, value }) => [labels.slice, value])).toEqual([
      ['blue', 1],
      ['new', 0],
    ]);
    expect(importEndpoints.map(({ value }) => value)).toEqual([2]);
  });
});

describe('a slice of a member', () => {
  const used = { Cluster: 1, Node: 7, Export: 3, Endpoints: 2, Links: 1 };
  const ledger = { clusters: new Map([['east', { used }]]) } as unknown as Ledger;
  const report = { clusters: [{ cluster: 'east', up: 5, down: 2, total: 8 }] };

  it('has links and budgets by cluster', () => {
    const { links, budgetUsed } = measureSlice({ slice: 'blue', report, ledger, refused: new Map() });
    expect(links).toEqual([
      { labels: { slice: 'blue', cluster: 'east', state: 'up' }, value: 5 },
      { labels: { slice: 'blue', cluster: 'east', state: 'down' }, value: 2 },
    ]);
    expect(budgetUsed.map(({ labels, value }) => [labels.budget, value])).toEqual([
      ['nodes', 7],
      ['exports', 3],
      ['shards', 2],
    ]);
    expect(measureLimits().map(({ labels }) => labels.budget)).toEqual(['nodes', 'exports', 'shards']);
  });

  it('says 0 for an author of whom nothing is refused, so that an alert about it ends, and names one of whom nothing is believed', () => {
    const measured = measureSlice({ slice: 'blue', report, ledger, refused: new Map([['west', 2]]) });
    expect(measured.refusedStatements).toEqual([
      { labels: { slice: 'blue', cluster: 'east' }, value: 0 },
      { labels: { slice: 'blue', cluster: 'west' }, value: 2 },
    ]);
    expect(measureSlice({ slice: 'blue', report: { clusters: [] }, ledger: emptyLedger, refused: new Map() }).refusedStatements).toEqual(
      [],
    );
  });
});

describe('a node', () => {
  it('has the longest handshake age by cluster, and counts peers without one', () => {
    const peer = (cluster: string, latestHandshake: number) => ({ cluster, publicKey: '', latestHandshake });
    expect(measureHandshakes('blue', [peer('east', 940), peer('east', 1_000), peer('east', 0), peer('west', 0)], 1_000_000)).toEqual({
      nodeHandshakeAgeSeconds: [{ labels: { slice: 'blue', cluster: 'east' }, value: 60 }],
      nodePeersWithoutHandshake: [
        { labels: { slice: 'blue', cluster: 'east' }, value: 1 },
        { labels: { slice: 'blue', cluster: 'west' }, value: 1 },
      ],
    });
  });

  const reading = (...counts: readonly [key: string, received: number, sent: number][]) =>
    new Map(counts.map(([key, receivedBytes, sentBytes]) => [key, { receivedBytes, sentBytes }]));

  it.each([
    ['the first reading counts whole', reading(), reading(['a', 10, 20]), { received: 10, sent: 20 }],
    ['what was counted is not counted again', reading(['a', 10, 20]), reading(['a', 15, 20]), { received: 5, sent: 0 }],
    ['a peer made anew began at zero', reading(['a', 10, 20]), reading(['a', 3, 4]), { received: 3, sent: 4 }],
    ['a peer that is gone takes nothing away', reading(['a', 10, 20], ['b', 7, 7]), reading(['a', 11, 21]), { received: 1, sent: 1 }],
  ])('%s', (_, before, now, since) => {
    expect(trafficSince(before, now)).toEqual(since);
  });
});
