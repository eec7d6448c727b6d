import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFleetStatus } from './fleet-status.ts';
import { planLinks } from './links.ts';
import { planServices } from './services.ts';
import { cluster, healthy, link, node, notice, report, slice } from './status.fixtures.ts';

describe('the state of a fleet', () => {
  it('that is as asked for has no problem', () => {
    const status = planFleetStatus(healthy);
    expect(status).toMatchObject({
      healthy: true,
      problems: [],
      controller: { replicas: 2, available: 2, image: 'kubeslice/kubeslice:1' },
    });
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
    expect(planFleetStatus({ ...healthy, clusters: [], slices: [], notices: [] })).toMatchObject({
      healthy: true,
      clusters: [],
      nodes: [],
    });
  });

  it.each([
    ['LinkDown', 'kubeslice links --slice app --context hub'],
    ['LinksPending', 'kubeslice links --slice app --context hub'],
    ['AgentAbsent', 'kubectl --context CONTEXT -n kubeslice-system get pods -o wide -l app.kubernetes.io/component=agent'],
    ['ConnectionLost', 'kubectl --context CONTEXT -n kubeslice-system logs deploy/kubeslice-worker --tail 20'],
    ['UnknownCluster', 'kubectl --context hub -n default edit slice app'],
    ['SubnetOverlap', 'kubectl --context hub -n default describe slice app'],
  ])('a slice that is not ready because of %s comes with the command that helps', (reason, help) => {
    const { healthy: well, problems } = planFleetStatus({ ...healthy, slices: [slice('app', reason, 'Evidence.')] });
    expect(well).toBe(false);
    expect(problems).toEqual([{ subject: 'slice app', severity: 'error', reason, text: 'Evidence.', help }]);
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

  it('an export that offers nothing is a warning, and is listed among the services', () => {
    const failing = [{ namespace: 'app-ns', name: 'web', reason: 'ServiceNotFound', message: 'There is no Service web.' }];
    const broken = notice('app', 'east', 'Links', 'east', {
      nodes: 1,
      expected: 1,
      up: 1,
      links: [],
      missingNodes: [],
      failingExports: failing,
    });
    const snapshot = { ...healthy, notices: [...healthy.notices, broken] };
    const status = planFleetStatus(snapshot);
    expect(status.healthy).toBe(true);
    expect(status.problems).toEqual([
      {
        subject: 'export app-ns/web of east',
        severity: 'warning',
        reason: 'ServiceNotFound',
        text: 'There is no Service web.',
        help: 'kubectl --context east -n app-ns describe serviceexport web',
      },
    ]);
    expect(planServices(snapshot)).toMatchObject([{ name: 'web', cluster: 'east', ready: 0, problem: 'There is no Service web.' }]);
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
      node('app', 'west', 'w1', '10.0.1.1'),
      report(
        'app',
        'east',
        [link('e1', 'west', 'w1'), link('e1', 'east', 'e2', 'Down', 'silence'), link('e2', 'west', 'w1', 'Pending', 'soon')],
        [{ node: 'e3', reason: 'its agent does not run' }],
      ),
    ];
    expect(
      planFleetStatus({ ...healthy, notices }).nodes.map((row) => [row.node, row.state, `${row.linksUp}/${row.links}`, row.reason]),
    ).toEqual([
      ['e3', 'Absent', '0/0', 'its agent does not run'],
      ['e1', 'Down', '1/2', 'east/e2: silence'],
      ['e2', 'Pending', '0/1', 'west/w1: soon'],
      ['w1', 'Up', '0/0', undefined],
    ]);
  });
});

/** Bodies with the right lists full of anything, beside anything at all. */
const anything = fc.jsonValue();
const lists = Object.fromEntries(
  ['endpoints', 'ports', 'links', 'missingNodes', 'blocks', 'drivers', 'failingExports'].map((name) => [name, fc.array(anything)]),
);
const bodies = fc.oneof(anything, fc.record({ ...lists, node: anything, router: anything, name: anything, namespace: anything }));

describe('notices', () => {
  it('that cannot be read, or speak for another cluster, are left out', () => {
    const good = report('app', 'east', [link('e1', 'west', 'w1')]);
    const spoilt = (statement: string) => ({ ...good, spec: { ...good.spec, statement } });
    for (const statement of ['', 'null', '{}', '[]', '{"cluster":"east","body":null}', '{"cluster":"east","body":{"links":1}}'])
      expect(planLinks({ slices: [slice('app')], notices: [spoilt(statement)] }), statement).toEqual([]);
    const foreign = { ...good, spec: { ...good.spec, cluster: 'west' } };
    expect(planLinks({ slices: [slice('app')], notices: [foreign] })).toEqual([]);
    expect(planLinks({ slices: [slice('other')], notices: [good] })).toEqual([]);
  });

  it('never make the status crash, whatever a cluster writes', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom('Node' as const, 'Links' as const, 'Export' as const), (body, kind) => {
        const written = notice('app', 'east', kind, 'x', body as never);
        const slices = [slice('app')];
        planLinks({ slices, notices: [written] });
        planServices({ slices, notices: [written] });
        planFleetStatus({ ...healthy, notices: [written] });
      }),
    );
  });
});

describe('services', () => {
  const offer = (on: string, from: string, name: string, ready: readonly boolean[]) =>
    notice(on, from, 'Export', `app-ns/${name}`, {
      namespace: 'app-ns',
      name,
      ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
      aliases: [],
      endpoints: ready.map((state, index) => ({ pod: `p${index}`, address: `10.0.0.${index + 9}`, node: 'e1', ready: state })),
    });

  it('are listed with their name, those without a ready endpoint first', () => {
    const notices = [offer('app', 'east', 'a', [true, false]), offer('app', 'west', 'a', [true]), offer('app', 'east', 'b', [false])];
    expect(
      planServices({ slices: [slice('app')], notices }).map((row) => [row.name, row.cluster, row.ready, row.ports, row.dnsName]),
    ).toEqual([
      ['b', 'east', 0, ['80/TCP'], 'b.app-ns.svc.slice.local'],
      ['a', 'east', 1, ['80/TCP'], 'a.app-ns.svc.slice.local'],
      ['a', 'west', 1, ['80/TCP'], 'a.app-ns.svc.slice.local'],
    ]);
  });
});
