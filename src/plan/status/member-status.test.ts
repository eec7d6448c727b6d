import { describe, expect, it } from 'vitest';
import type { Condition } from '../../api/condition.ts';
import { sliceLabel } from '../../api/labels.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { SlicePeer } from '../../api/slicepeer/type.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { encodeVotes, type Vote } from '../links/link-votes.ts';
import { keptNoticesOf, type MemberSnapshot } from './member-snapshot.ts';
import { planMemberLists, planMemberStatus } from './member-status.ts';
import { statementsIn } from './statements.ts';
import { node, notice, slice } from './status.fixtures.ts';

const at = '2026-01-01T00:00:00Z';
const condition = (type: string, status: Condition['status'], reason: string, message = `${reason}.`): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: at,
});

const kept = <N extends ReturnType<typeof notice>>(one: N): N => ({
  ...one,
  metadata: { ...one.metadata, labels: { [sliceLabel]: 'app' } },
});
const offer = (from: string, on: readonly string[]) =>
  kept(
    notice('app', from, 'Export', 'app-ns/web', {
      namespace: 'app-ns',
      name: 'web',
      created: at,
      type: 'ClusterSetIP',
      sessionAffinity: 'None',
      ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
      aliases: [],
      endpoints: on.map((name, index) => ({ pod: `p${index}`, addresses: [`10.0.1.${index + 9}`], node: name, ready: true })),
    }),
  );

const local = (conditions: Condition[] = [condition('Ready', 'True', 'Ready')]): Slice => ({
  ...slice('app'),
  metadata: { name: 'app', namespace: 'kubeslice-system', creationTimestamp: at },
  status: { conditions },
});
const part = (name: string, said: Record<string, Record<string, Vote>>, observedAt = at): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: `app.${name}`, namespace: 'kubeslice-system' },
  spec: { slice: 'app', sliceUID: 'u', node: name, sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
  status: {
    publicKey: 'k',
    links: {
      observedAt,
      clusters: Object.fromEntries(Object.entries(said).map(([cluster, votes]) => [cluster, encodeVotes(new Map(Object.entries(votes)))])),
      exceptions: Object.entries(said).flatMap(([cluster, votes]) =>
        Object.entries(votes).flatMap(([peer, vote]) =>
          vote === 'Up' ? [] : [{ peer: `${cluster}/${peer}`, driver: 'WireGuard', state: vote, reason: 'silence.', since: at }],
        ),
      ),
    },
  },
});
const peer = (cluster: string, name: string): SlicePeer => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SlicePeer',
  metadata: { name: `app.${cluster}.${name}`, namespace: 'kubeslice-system' },
  spec: { slice: 'app', cluster, node: name, publicKey: 'k', endpoints: [], blocks: [], router: '10.0.0.1', serial: 1 },
});
const machine = (name: string, ready: 'True' | 'Unknown' = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: at }] },
});
const deployment = (name: string, availableReplicas = 1): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas: 1, selector: {}, template: { spec: { containers: [{ name: 'c', image: 'kubeslice/kubeslice:1' }] } } },
  status: { availableReplicas, conditions: [{ type: 'Available', status: 'True', lastTransitionTime: at }] },
});
const exported = (name: string, ...conditions: Condition[]): ServiceExport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceExport',
  metadata: { name, namespace: 'app-ns' },
  spec: { slice: 'app' },
  status: { exportStatus: 'ERROR', conditions },
});
const imported = (name: string, ...conditions: Condition[]): ServiceImport => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { name, namespace: 'app-ns' },
  spec: { slice: 'app', dnsName: `${name}.app-ns.svc.slice.local`, ports: [] },
  status: { conditions },
});

const stated = (...offers: ReturnType<typeof offer>[]) =>
  statementsIn(
    keptNoticesOf([
      ...[node('app', 'east', 'e1', '10.0.0.1'), node('app', 'west', 'w1', '10.0.1.1'), node('app', 'west', 'w2', '10.0.1.2')].map(kept),
      ...offers,
    ]),
  );

const well: MemberSnapshot = {
  now: Date.parse(at) + 60_000,
  cluster: 'east',
  project: 'default',
  contexts: { here: 'prod', hub: undefined, cluster: 'east', known: ['prod'] },
  connection: [condition('HubReachable', 'True', 'Ready'), condition('NamesWired', 'True', 'Ready')],
  worker: deployment('kubeslice-worker'),
  dns: deployment('kubeslice-dns'),
  agent: {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kubeslice-agent' },
    status: { desiredNumberScheduled: 1, numberReady: 1 },
  },
  nodes: [machine('e1')],
  slices: [local()],
  sliceNodes: [part('e1', { west: { w1: 'Up', w2: 'Up' } })],
  slicePeers: [peer('east', 'e1'), peer('west', 'w1'), peer('west', 'w2')],
  exports: [],
  imports: [],
  stated: stated(offer('west', ['w1', 'w2'])),
};
const problemsOf = (more: Partial<MemberSnapshot>) =>
  planMemberStatus({ ...well, ...more }).problems.map(({ subject, severity, reason, help }) => [subject, severity, reason, help]);

describe('a member cluster by its own objects', () => {
  it('that is as asked for has no problem, and shows itself, the slice, its nodes and those that it reaches', () => {
    const status = planMemberStatus(well);
    expect(status).toMatchObject({
      side: 'member',
      cluster: 'east',
      healthy: true,
      problems: [],
      programs: [
        { name: 'worker', wanted: 1, available: 1 },
        { name: 'agent', wanted: 1, available: 1 },
        { name: 'dns', wanted: 1, available: 1 },
      ],
      slices: [{ name: 'app', ready: true, clusters: '2/2', nodes: 3, linksUp: 2, links: 2 }],
    });
    expect(status.clusters.map(({ name, state }) => [name, state])).toEqual([
      ['east', 'Connected'],
      ['west', 'Reached'],
    ]);
    expect(status.nodes.map((row) => [row.cluster, row.node, row.state])).toEqual([
      ['east', 'e1', 'Up'],
      ['west', 'w1', 'Up'],
      ['west', 'w2', 'Up'],
    ]);
    expect(planMemberLists(well)).toMatchObject({
      services: [{ cluster: 'west', ready: 2 }],
      pairs: [{ cluster: 'east', peerCluster: 'west', state: 'Up' }],
      links: [],
      names: { slices: ['app'], clusters: ['east', 'west'] },
    });
  });

  it('without a slice is healthy', () => {
    const bare = { slices: [], sliceNodes: [], slicePeers: [], stated: stated() };
    expect(planMemberStatus({ ...well, ...bare, stated: { nodes: [], offers: [] } })).toMatchObject({
      healthy: true,
      slices: [],
      nodes: [],
    });
  });

  it('tells of an installation that is not whole, not alone or not placed, and of what surrounds a node', () => {
    const stranger = { kind: 'Deployment', namespace: 'other', name: 'kubeslice-worker', image: 'kubeslice:0' };
    const degraded = {
      type: 'Degraded',
      status: 'True',
      reason: 'DiskFull',
      message: 'Full.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    } as const;
    const sliceNodes = well.sliceNodes.map((each) => ({ ...each, status: { ...each.status, conditions: [degraded] } }));
    const found = planMemberStatus({
      ...well,
      installation: { strangers: [stranger], missingDefinitions: ['serviceexports.networking.kubeslice.io'] },
      sliceNodes,
      agent: { ...well.agent, status: { desiredNumberScheduled: 0 } } as NonNullable<MemberSnapshot['agent']>,
    }).problems;
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          reason: 'SecondInstallation',
          help: expect.stringContaining('-n other delete deployment kubeslice-worker'),
        }),
        expect.objectContaining({ reason: 'DefinitionMissing', help: expect.stringContaining('kubeslice join') }),
        expect.objectContaining({ reason: 'AgentAbsent', text: expect.stringContaining('none of') }),
        expect.objectContaining({ reason: 'DiskFull', severity: 'warning', help: expect.stringContaining('kubeslice doctor') }),
      ]),
    );
  });

  it.each<[string, Partial<MemberSnapshot>, string[][]]>([
    [
      'a worker that does not run',
      { worker: deployment('kubeslice-worker', 0) },
      [
        [
          'worker of east',
          'error',
          'Unavailable',
          'kubectl --context prod -n kubeslice-system describe pods -l app.kubernetes.io/component=worker',
        ],
      ],
    ],
    [
      'a DNS that is not there',
      { dns: undefined },
      [['dns of east', 'error', 'Unavailable', 'kubeslice join east --hub-context HUB --context prod']],
    ],
    [
      'agents of which none is ready',
      { agent: { ...well.agent, status: { desiredNumberScheduled: 2, numberReady: 0 } } as NonNullable<MemberSnapshot['agent']> },
      [
        [
          'agent of east',
          'error',
          'AgentAbsent',
          'kubectl --context prod -n kubeslice-system get pods -o wide -l app.kubernetes.io/component=agent',
        ],
      ],
    ],
    [
      'an agent that is not ready',
      { agent: { ...well.agent, status: { desiredNumberScheduled: 2, numberReady: 1 } } as NonNullable<MemberSnapshot['agent']> },
      [
        [
          'agent of east',
          'warning',
          'AgentAbsent',
          'kubectl --context prod -n kubeslice-system get pods -o wide -l app.kubernetes.io/component=agent',
        ],
      ],
    ],
    [
      'a hub that is away',
      { slices: [local([condition('Ready', 'True', 'Ready'), condition('HubReachable', 'False', 'HubAway')])] },
      [['cluster east', 'error', 'HubAway', 'kubectl --context prod -n kubeslice-system logs deploy/kubeslice-worker --tail 20']],
    ],
    [
      'a hub that has removed it, before it is in any slice',
      { connection: [condition('HubReachable', 'False', 'ClusterRemoved')] },
      [['cluster east', 'error', 'ClusterRemoved', 'kubeslice join east --hub-context HUB --context prod']],
    ],
    [
      'cluster DNS that does not hand on the names, and one that will',
      { connection: [condition('NamesWired', 'False', 'NamesNotWired')] },
      [['cluster east', 'error', 'NamesNotWired', 'kubeslice doctor --context prod']],
    ],
    [
      'somebody else who names it',
      { connection: [condition('ClusterIdentified', 'False', 'PropertyOfOthers')] },
      [['cluster east', 'warning', 'PropertyOfOthers', 'kubectl --context prod get clusterproperties']],
    ],
    [
      'cluster DNS that is about to hand them on',
      { connection: [condition('NamesWired', 'False', 'NamesPending')] },
      [['cluster east', 'warning', 'NamesPending', 'kubectl --context prod -n kubeslice-system logs deploy/kubeslice-worker --tail 20']],
    ],
    [
      'a slice that is cut off',
      { slices: [local([condition('Ready', 'False', 'LinkDown')])] },
      [['slice app of east', 'error', 'LinkDown', 'kubeslice links --slice app --context prod']],
    ],
    [
      'a slice that works, but not everywhere',
      { slices: [local([condition('Ready', 'True', 'Ready'), condition('Degraded', 'True', 'LinkDown')])] },
      [['slice app of east', 'warning', 'LinkDown', 'kubeslice links --slice app --context prod']],
    ],
    [
      'an own export without pods',
      {
        exports: [exported('web', condition('Ready', 'False', 'NoMatchingPods'))],
        imports: [imported('web', condition('Ready', 'False', 'EndpointsNotReady'))],
      },
      [['export app-ns/web of east', 'error', 'NoMatchingPods', 'kubectl --context prod -n app-ns get pods -o wide --show-labels']],
    ],
    [
      'an own export whose slice is gone',
      { exports: [exported('web', condition('Ready', 'False', 'SliceNotFound'))] },
      [
        [
          'export app-ns/web of east',
          'error',
          'SliceNotFound',
          'kubectl --context prod -n app-ns edit serviceexport.networking.kubeslice.io web',
        ],
      ],
    ],
    [
      'a service of another cluster that cannot be called',
      { imports: [imported('web', condition('Ready', 'False', 'LinkDown'))] },
      [
        [
          'import app-ns/web of east',
          'error',
          'LinkDown',
          'kubectl --context prod -n app-ns describe serviceimport.networking.kubeslice.io web',
        ],
      ],
    ],
    [
      'exports of others that contradict one another',
      { imports: [imported('web', condition('Ready', 'True', 'Imported'), condition('Conflict', 'True', 'ExportConflict'))] },
      [
        [
          'import app-ns/web of east',
          'warning',
          'ExportConflict',
          'kubectl --context prod -n app-ns describe serviceimport.networking.kubeslice.io web',
        ],
      ],
    ],
    [
      'an own node that is switched off',
      { nodes: [machine('e1'), machine('e2', 'Unknown')], sliceNodes: [...well.sliceNodes, part('e2', {})] },
      [['node east/e2', 'warning', 'NodeNotReady', 'kubectl --context prod describe node e2']],
    ],
    [
      'an own agent that is silent',
      {
        nodes: [machine('e1'), machine('e2')],
        sliceNodes: [part('e1', { west: { w1: 'Up', w2: 'Up' } }, '2026-01-01T00:05:00Z'), part('e2', { west: { w1: 'Up', w2: 'Up' } })],
      },
      [
        [
          'node east/e2',
          'warning',
          'AgentAbsent',
          'kubectl --context prod -n kubeslice-system get pods -o wide -l app.kubernetes.io/component=agent',
        ],
      ],
    ],
    [
      'a node of another cluster that is not reached while others are',
      { sliceNodes: [part('e1', { west: { w1: 'Up', w2: 'Down' } })] },
      [['node west/w2', 'warning', 'LinkDown', 'kubeslice links --slice app --context prod']],
    ],
  ])('tells of %s', (_, more, expected) => {
    expect(problemsOf(more)).toEqual(expected);
  });

  it('counts no endpoint on a node that nobody here reaches', () => {
    const seen = { ...well, sliceNodes: [part('e1', { west: { w1: 'Up', w2: 'Down' } })] };
    expect(planMemberLists(seen).services).toMatchObject([{ ready: 1, problem: expect.stringContaining('w2') }]);
    const cut = { ...well, sliceNodes: [part('e1', { west: { w1: 'Down', w2: 'Down' } })] };
    expect(planMemberLists(cut)).toMatchObject({ services: [{ ready: 0 }], pairs: [{ state: 'Down' }] });
    expect(planMemberStatus(cut)).toMatchObject({ slices: [{ clusters: '1/2' }] });
    expect(planMemberStatus(cut).clusters.map(({ name, state }) => [name, state])).toEqual([
      ['west', 'Unreached'],
      ['east', 'Connected'],
    ]);
  });
});
