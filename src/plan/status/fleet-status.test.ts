import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reason, reasons } from '../../api/reasons.ts';
import { planFleetLists, planFleetStatus } from './fleet-status.ts';
import { planLinks, planPairs } from './links.ts';
import { cluster, healthy, healthyNotices, link, node, notice, report, slice, withNotices } from './status.fixtures.ts';

describe('the state of a fleet', () => {
  it('that is as asked for has no problem', () => {
    const status = planFleetStatus(healthy);
    expect(status).toMatchObject({
      healthy: true,
      problems: [],
      programs: [{ name: 'controller', wanted: 2, available: 2, image: 'kubeslice/kubeslice:1' }],
    });
    expect(status).not.toHaveProperty('joinFirst');
    expect(status.clusters.map(({ name, state }) => [name, state])).toEqual([
      ['east', 'Connected'],
      ['west', 'Connected'],
    ]);
    expect(status.slices).toMatchObject([{ name: 'app', ready: true, nodes: 2, linksUp: 2, links: 2, namespaces: ['app-ns'] }]);
    expect(status.nodes).toMatchObject([
      { cluster: 'east', node: 'e1', state: 'Up', linksUp: 1, links: 1, router: '10.0.0.1', endpoint: '192.0.2.1:51820' },
      { cluster: 'west', node: 'w1', state: 'Up', linksUp: 1, links: 1 },
    ]);
  });

  it('without clusters and slices is healthy and empty', () => {
    expect(planFleetStatus({ ...healthy, clusters: [], slices: [], nodes: [], offers: [], reports: [] })).toMatchObject({
      healthy: true,
      clusters: [],
      nodes: [],
      joinFirst: 'kubeslice join NAME --hub-context hub --context CONTEXT',
    });
  });

  it.each<[Reason, string]>([
    ['LinkDown', 'kubeslice links --slice app --context hub'],
    ['LinksPending', 'kubeslice links --slice app --context hub'],
    ['AgentAbsent', 'kubectl --context CONTEXT -n kubeslice-system get pods -o wide -l app.kubernetes.io/component=agent'],
    ['ConnectionLost', 'kubectl --context CONTEXT -n kubeslice-system logs deploy/kubeslice-worker --tail 20'],
    ['UnknownCluster', 'kubectl --context hub -n default edit slice app'],
    ['SubnetOverlap', 'kubectl --context hub -n default describe slice app'],
  ])('a slice that is not ready because of %s comes with the command that helps', (reason, help) => {
    const { healthy: well, problems } = planFleetStatus({ ...healthy, slices: [slice('app', reason, 'Evidence.')] });
    expect(well).toBe(false);
    expect(problems).toMatchObject([
      { subject: 'slice app', severity: 'error', scope: 'fleet', reason, text: 'Evidence.', since: '2026-01-01T00:00:00Z', help },
    ]);
    expect(problems[0]?.cause).toBe(reasons[reason]);
  });

  it('a slice that the controller has not seen yet is a problem, not a crash', () => {
    const { status: _, ...fresh } = slice('new');
    expect(planFleetStatus({ ...healthy, slices: [fresh] }).problems).toMatchObject([{ subject: 'slice new', reason: 'LinksPending' }]);
  });

  it('a controller that does not run is a problem', () => {
    for (const controller of [undefined, { ...healthy.controller, status: { availableReplicas: 0 } } as typeof healthy.controller])
      expect(planFleetStatus({ ...healthy, controller }).problems).toMatchObject([{ subject: 'controller', reason: 'Unavailable' }]);
  });

  it('what stops traffic comes before what stops changes, and that before what is on its way', () => {
    const { problems, clusters } = planFleetStatus({
      ...healthy,
      controller: undefined,
      clusters: [cluster('a', 'WaitingForCluster', 'w'), cluster('b', 'ConnectionLost', 'l'), cluster('c')],
      slices: [slice('late', 'LinksPending', 'p'), slice('cut', 'LinkDown', 'd'), slice('fine')],
    });
    expect(problems.map(({ subject }) => subject)).toEqual(['slice cut', 'cluster b', 'controller', 'cluster a', 'slice late']);
    expect(clusters.map(({ name, state }) => [name, state])).toEqual([
      ['b', 'Lost'],
      ['a', 'Waiting'],
      ['c', 'Connected'],
    ]);
  });

  it('the help for a slice is for the cluster that its message begins with', () => {
    const unready = slice('app', 'AgentAbsent', 'west/w1: No agent.');
    const of = (name: string, message: string) => ({ name, blocks: [], nodes: 1, ready: false, message });
    const clusters = [of('east', 'Cluster east: 1 of 2 links are up.'), of('west', 'west/w1: No agent.')];
    const { problems } = planFleetStatus({ ...healthy, slices: [{ ...unready, status: { ...unready.status, clusters } }] });
    expect(problems[0]?.help).toMatch(/^kubectl --context west .* get pods /);
  });

  it('an export that offers nothing is an error of a service, and is listed among the services', () => {
    const failing = [
      { namespace: 'app-ns', name: 'web', reason: 'ServiceNotFound', message: 'There is no Service web.', since: '2026-01-01T00:00:09Z' },
    ];
    const broken = report('app', 'east', 'west', { failingExports: failing, failing: 3 });
    const snapshot = withNotices([...healthyNotices, broken]);
    const status = planFleetStatus(snapshot);
    expect([status.healthy, status.fleetHealthy]).toEqual([false, true]);
    expect(status.problems).toEqual([
      {
        subject: 'cluster east',
        object: { kind: 'cluster', name: 'east' },
        severity: 'error',
        scope: 'service',
        reason: 'EndpointsNotReady',
        cause: reasons.EndpointsNotReady,
        text: '2 more exports of slice app do not work as their owners request.',
        help: 'kubectl --context east get serviceexports.networking.kubeslice.io -A',
      },
      {
        subject: 'export app-ns/web of east',
        object: { kind: 'serviceexport', namespace: 'app-ns', name: 'web', cluster: 'east' },
        severity: 'error',
        scope: 'service',
        reason: 'ServiceNotFound',
        cause: reasons.ServiceNotFound,
        text: 'There is no Service web.',
        since: '2026-01-01T00:00:09Z',
        help: 'kubectl --context east -n app-ns get services -o wide',
      },
    ]);
    expect(planFleetLists(snapshot).services).toMatchObject([
      {
        name: 'web',
        cluster: 'east',
        ready: 0,
        problem: 'There is no Service web.',
        reason: 'ServiceNotFound',
        since: '2026-01-01T00:00:09Z',
      },
    ]);
  });

  it.each([
    ['NoMatchingPods', 'kubectl --context east -n app-ns get pods -o wide --show-labels'],
    ['HostNetworkPods', 'kubectl --context east -n app-ns get pods -o wide --show-labels'],
    ['NamespaceNotInSlice', 'kubectl --context hub -n default edit slice app'],
    ['ServiceWithoutSelector', 'kubectl --context east -n app-ns edit service web'],
    ['ExportConflict', 'kubectl --context east -n app-ns describe serviceexport.networking.kubeslice.io web'],
    ['OfANewerVersion', 'kubectl --context east -n app-ns describe serviceexport.networking.kubeslice.io web'],
  ])('an export that offers nothing because of %s comes with the command that helps', (reason, help) => {
    const failingExports = [{ namespace: 'app-ns', name: 'web', reason, message: 'm' }];
    expect(planFleetStatus(withNotices([report('app', 'east', 'west', { failingExports })])).problems).toMatchObject([{ reason, help }]);
  });

  it('an export that works, but not in all as asked, is a warning', () => {
    const failingExports = [{ namespace: 'app-ns', name: 'web', reason: 'TooManyEndpoints', message: 'm', works: true as const }];
    expect(planFleetStatus(withNotices([report('app', 'east', 'west', { failingExports })]))).toMatchObject({
      healthy: true,
      problems: [{ severity: 'warning', scope: 'service' }],
    });
  });

  it('an export whose slice is gone is told by its cluster', () => {
    const east = cluster('east');
    const strayExports = [
      {
        namespace: 'app-ns',
        name: 'web',
        slice: 'old',
        reason: 'SliceNotFound',
        message: 'There is no slice old.',
        since: '2026-01-01T00:00:00Z',
      },
    ];
    const snapshot = { ...healthy, clusters: [{ ...east, status: { ...east.status, strayExports } }, cluster('west')] };
    expect(planFleetStatus(snapshot).problems).toMatchObject([
      {
        subject: 'export app-ns/web of east',
        reason: 'SliceNotFound',
        help: 'kubectl --context east -n app-ns edit serviceexport.networking.kubeslice.io web',
      },
    ]);
    expect(planFleetLists(snapshot).services).toMatchObject([{ slice: 'old', name: 'web', ready: 0, problem: 'There is no slice old.' }]);
  });

  it('other conditions of clusters and slices are warnings, so that a new one is shown, too', () => {
    const more = (type: string, status: 'True' | 'False', reason: string) => ({
      type,
      status,
      reason,
      message: `${reason}.`,
      lastTransitionTime: '',
    });
    const [east, app] = [cluster('east'), slice('app')];
    const snapshot = {
      ...healthy,
      clusters: [
        {
          ...east,
          status: { ...east.status, conditions: [...(east.status?.conditions ?? []), more('ClockSkew', 'True', 'ClockDiffers')] },
        },
      ],
      slices: [
        {
          ...app,
          status: {
            ...app.status,
            conditions: [
              ...(app.status?.conditions ?? []),
              more('NamespacesFound', 'False', 'NamespaceNotFound'),
              more('FieldsIgnored', 'False', 'Accepted'),
            ],
          },
        },
      ],
    };
    expect(planFleetStatus(snapshot)).toMatchObject({
      healthy: true,
      problems: [
        { subject: 'cluster east', reason: 'ClockDiffers', help: 'kubectl --context hub -n default describe cluster east' },
        { subject: 'slice app', reason: 'NamespaceNotFound', help: 'kubectl --context hub -n default edit slice app' },
      ],
    });
  });

  it('services of a cluster that is lost say so', () => {
    const offer = notice('app', 'west', 'Export', 'app-ns/web', {
      namespace: 'app-ns',
      name: 'web',
      created: '2026-01-01T00:00:00Z',
      type: 'ClusterSetIP',
      sessionAffinity: 'None',
      ports: [],
      aliases: [],
      endpoints: [],
    });
    const lost = { ...withNotices([offer]), clusters: [cluster('west', 'ConnectionLost', 'silent')] };
    expect(planFleetLists(lost).services).toMatchObject([
      { reason: 'ConnectionLost', problem: expect.stringContaining('last published state') },
    ]);
  });

  it('a slice that works although a network came to overlap is a problem', () => {
    const works = slice('app');
    const accepted = { type: 'Accepted', status: 'True', reason: 'SubnetOverlap', message: 'Overlap.', lastTransitionTime: '' } as const;
    const overlapping = { ...works, status: { ...works.status, conditions: [...(works.status?.conditions ?? []), accepted] } };
    expect(planFleetStatus({ ...healthy, slices: [overlapping] }).problems).toMatchObject([{ reason: 'SubnetOverlap', text: 'Overlap.' }]);
  });

  it('nodes are shown the worst first, with the worst of their links', () => {
    const notices = [
      node('app', 'east', 'e1', '10.0.0.1'),
      node('app', 'east', 'e2', '10.0.0.2'),
      node('app', 'east', 'e4', '10.0.0.4'),
      node('app', 'west', 'w1', '10.0.1.1'),
      report('app', 'east', 'west', {
        nodes: 3,
        clusters: [
          { cluster: 'east', up: 5, down: 1, total: 6 },
          { cluster: 'west', up: 2, down: 0, total: 3 },
        ],
        impaired: [
          { node: 'e1', up: 1, down: 1, total: 3, reason: 'east/e2: silence' },
          { node: 'e2', up: 2, down: 0, total: 3 },
        ],
        impairedNodes: 2,
        missingNodes: [{ node: 'e3', reason: 'its agent does not run' }],
        missing: 1,
      }),
    ];
    expect(planFleetStatus(withNotices(notices)).nodes.map((row) => [row.node, row.state, row.linksUp, row.links, row.reason])).toEqual([
      ['e3', 'Absent', undefined, undefined, 'its agent does not run'],
      ['e1', 'Down', 1, 3, 'east/e2: silence'],
      ['e2', 'Pending', 2, 3, undefined],
      ['w1', 'NotReported', undefined, undefined, 'its cluster has not reported'],
      ['e4', 'Up', 3, 3, undefined],
    ]);
  });

  it('a slice that works but not everywhere comes with a warning', () => {
    const works = slice('app');
    const degraded = { type: 'Degraded', status: 'True', reason: 'LinkDown', message: '3 of 4.', lastTransitionTime: '' } as const;
    const snapshot = {
      ...healthy,
      slices: [{ ...works, status: { ...works.status, conditions: [...(works.status?.conditions ?? []), degraded] } }],
    };
    expect(planFleetStatus(snapshot)).toMatchObject({
      healthy: true,
      problems: [{ severity: 'warning', reason: 'LinkDown', text: '3 of 4.', help: 'kubeslice links --slice app --context hub' }],
    });
  });

  it('links are counted by the clusters that they join, the worst first, and spelled out where they are not up', () => {
    const notices = [
      report('app', 'east', 'west', { clusters: [{ cluster: 'west', up: 3, down: 1, total: 4 }], worst: [link('e1', 'west', 'w1')] }),
      report('app', 'west', 'east', { clusters: [{ cluster: 'east', up: 4, down: 0, total: 4, worstRttMs: 2.5 }] }),
    ];
    expect(planPairs(withNotices(notices).reports).map((row) => [row.cluster, row.state, row.up, row.links, row.worstRttMs])).toEqual([
      ['east', 'Degraded', 3, 4, undefined],
      ['west', 'Up', 4, 4, 2.5],
    ]);
    expect(planLinks(withNotices(notices).reports)).toMatchObject([{ cluster: 'east', node: 'e1', peerNode: 'w1', state: 'Down' }]);
    const boundUntil = '2026-01-01T06:00:00.000Z';
    const bound = report('app', 'west', 'east', { clusters: [{ cluster: 'east', up: 4, down: 0, total: 4, bound: 4, boundUntil }] });
    expect(planPairs(withNotices([bound]).reports)[0]).toMatchObject({ bound: 4, boundUntil });
  });
});

/** Bodies with the right lists full of anything, beside anything at all. */
const anything = fc.jsonValue();
const lists = Object.fromEntries(
  ['endpoints', 'ports', 'clusters', 'worst', 'impaired', 'missingNodes', 'blocks', 'drivers', 'failingExports'].map((name) => [
    name,
    fc.array(anything),
  ]),
);
const bodies = fc.oneof(anything, fc.record({ ...lists, node: anything, router: anything, name: anything, namespace: anything }));

describe('notices', () => {
  it('that cannot be read, or speak for another cluster, are left out', () => {
    const good = report('app', 'east', 'west', { worst: [link('e1', 'west', 'w1')] });
    const spoilt = (statement: string) => ({ ...good, spec: { ...good.spec, statement } });
    for (const statement of ['', 'null', '{}', '[]', '{"cluster":"east","body":null}', '{"cluster":"east","body":{"links":1}}'])
      expect(planLinks(withNotices([spoilt(statement)], [slice('app')]).reports), statement).toEqual([]);
    const foreign = { ...good, spec: { ...good.spec, cluster: 'west' } };
    expect(planLinks(withNotices([foreign], [slice('app')]).reports)).toEqual([]);
    expect(planLinks(withNotices([good], [slice('other')]).reports)).toEqual([]);
  });

  it('never make the status crash, whatever a cluster writes', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom('Node' as const, 'Links' as const, 'Export' as const), (body, kind) => {
        const written = notice('app', 'east', kind, 'x', body as never);
        const snapshot = withNotices([written]);
        planLinks(snapshot.reports);
        planFleetLists(snapshot);
        planFleetStatus(snapshot);
      }),
    );
  });
});

describe('services', () => {
  const offer = (on: string, from: string, name: string, ready: readonly boolean[]) =>
    notice(on, from, 'Export', `app-ns/${name}`, {
      namespace: 'app-ns',
      name,
      created: '2026-01-01T00:00:00Z',
      type: 'ClusterSetIP',
      sessionAffinity: 'None',
      ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
      aliases: [],
      endpoints: ready.map((state, index) => ({ pod: `p${index}`, addresses: [`10.0.0.${index + 9}`], node: 'e1', ready: state })),
    });

  it('are listed with their name, those without a ready endpoint first', () => {
    const notices = [offer('app', 'east', 'a', [true, false]), offer('app', 'west', 'a', [true]), offer('app', 'east', 'b', [false])];
    expect(planFleetLists(withNotices(notices)).services.map((row) => [row.name, row.cluster, row.ready, row.ports, row.dnsName])).toEqual([
      ['b', 'east', 0, ['80/TCP'], 'b.app-ns.svc.slice.local'],
      ['a', 'east', 1, ['80/TCP'], 'a.app-ns.svc.slice.local'],
      ['a', 'west', 1, ['80/TCP'], 'a.app-ns.svc.slice.local'],
    ]);
  });
});
