import { describe, expect, it } from 'vitest';
import { planFleetLists, planFleetStatus } from './fleet-status.ts';
import { link, node, notice, report, withNotices } from './status.fixtures.ts';

describe('a fleet with a node that is switched off', () => {
  const off = { node: 'w2', reason: 'the node is switched off or cut off.', notReady: true as const, since: '2026-01-01T00:00:00Z' };
  const offer = notice('app', 'west', 'Export', 'app-ns/web', {
    namespace: 'app-ns',
    name: 'web',
    created: '2026-01-01T00:00:00Z',
    type: 'ClusterSetIP',
    sessionAffinity: 'None',
    ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
    aliases: [],
    endpoints: ['w1', 'w2', 'w2'].map((on, index) => ({ pod: `p${index}`, addresses: [`10.0.1.${index + 9}`], node: on, ready: true })),
  });
  const tunnels = [
    node('app', 'east', 'e1', '10.0.0.1'),
    node('app', 'west', 'w1', '10.0.1.1'),
    node('app', 'west', 'w2', '10.0.1.2'),
    offer,
  ];
  const east = report('app', 'east', 'west', {
    clusters: [{ cluster: 'west', up: 1, down: 1, total: 2, worstRttMs: 2 }],
    worst: [link('e1', 'west', 'w2')],
    impaired: [{ node: 'e1', up: 1, down: 1, total: 2, reason: 'west/w2: silence' }],
    impairedNodes: 1,
  });

  it('says so, counts no links to it and no endpoints on it, and is healthy', () => {
    const west = report('app', 'west', 'east', { missingNodes: [off], missing: 1 });
    const snapshot = withNotices([...tunnels, east, west]);
    const { healthy: well, problems, nodes, slices } = planFleetStatus(snapshot);
    expect(well).toBe(true);
    expect(problems).toMatchObject([
      {
        subject: 'node west/w2',
        severity: 'warning',
        reason: 'NodeNotReady',
        since: off.since,
        help: 'kubectl --context west describe node w2',
      },
    ]);
    expect(nodes[1]).toMatchObject({ node: 'e1', state: 'Up', linksUp: 1, links: 1 });
    expect(nodes[0]).toMatchObject({ node: 'w2', state: 'Off', linksUp: undefined, reason: off.reason });
    expect(slices).toMatchObject([{ nodes: 2, linksUp: 2, links: 2 }]);
    const { services, links, pairs } = planFleetLists(snapshot);
    expect(services).toMatchObject([
      { ready: 1, reason: 'NodeNotReady', problem: '2 of 3 endpoints are on nodes that are off or unreachable: w2.' },
    ]);
    expect(links).toMatchObject([{ peerNode: 'w2', state: 'PeerOff', reason: off.reason }]);
    expect(pairs.map(({ state, up, links: all }) => [state, up, all])).toEqual([
      ['Up', 1, 1],
      ['Up', 1, 1],
    ]);
  });

  it('does not believe its last report while Kubernetes does not know yet', () => {
    const west = report('app', 'west', 'east', {
      nodes: 2,
      clusters: [
        { cluster: 'east', up: 2, down: 0, total: 2 },
        { cluster: 'west', up: 1, down: 1, total: 2 },
      ],
      worst: [link('w1', 'west', 'w2')],
      impaired: [{ node: 'w1', up: 1, down: 1, total: 2 }],
      impairedNodes: 1,
    });
    const snapshot = withNotices([...tunnels, east, west]);
    expect(planFleetStatus(snapshot).nodes[0]).toMatchObject({ node: 'w2', state: 'Unreached', links: undefined });
    expect(planFleetLists(snapshot).services).toMatchObject([{ ready: 1 }]);
  });

  it('is named by services also when Kubernetes calls its pods not ready', () => {
    const west = report('app', 'west', 'east', { missingNodes: [off], missing: 1 });
    const spec = JSON.parse(offer.spec.statement) as { body: { endpoints: { ready: boolean; node: string }[] } };
    for (const endpoint of spec.body.endpoints) endpoint.ready = endpoint.node === 'w1';
    const later = { ...offer, spec: { ...offer.spec, statement: JSON.stringify(spec) } };
    const { services } = planFleetLists(withNotices([...tunnels.slice(0, 3), later, east, west]));
    expect(services).toMatchObject([{ ready: 1, problem: '2 of 3 endpoints are on nodes that are off or unreachable: w2.' }]);
  });

  it('is not taken for dead while another cluster reaches it', () => {
    const half = report('app', 'west', 'east', {
      nodes: 2,
      clusters: [
        { cluster: 'east', up: 2, down: 0, total: 2 },
        { cluster: 'west', up: 0, down: 2, total: 2 },
      ],
      worst: [link('w1', 'west', 'w2'), link('w2', 'west', 'w1')],
      impaired: [
        { node: 'w1', up: 1, down: 1, total: 2 },
        { node: 'w2', up: 1, down: 1, total: 2 },
      ],
      impairedNodes: 2,
    });
    const reaches = report('app', 'east', 'west', { clusters: [{ cluster: 'west', up: 2, down: 0, total: 2 }] });
    const snapshot = withNotices([...tunnels, reaches, half]);
    expect(planFleetStatus(snapshot).nodes.map((row) => [row.node, row.state])).toEqual([
      ['w1', 'Down'],
      ['w2', 'Down'],
      ['e1', 'Up'],
    ]);
    expect(planFleetLists(snapshot).services).toMatchObject([{ ready: 3 }]);
  });

  it('has no round trip of links that are all down', () => {
    const cut = report('app', 'east', 'west', { clusters: [{ cluster: 'west', up: 0, down: 2, total: 2, worstRttMs: 2 }] });
    expect(planFleetLists(withNotices([cut])).pairs).toMatchObject([{ state: 'Down' }]);
    expect(planFleetLists(withNotices([cut])).pairs[0]?.worstRttMs).toBeUndefined();
  });
});
