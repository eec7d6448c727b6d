import type { Cluster } from '../../api/cluster/type.ts';
import type { Condition } from '../../api/condition.ts';
import type { ReportedLink, StatementBodies } from '../../api/notice/statement.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';

const at = '2026-01-01T00:00:00Z';

const condition = (status: Condition['status'], reason: string, message: string): Condition[] => [
  { type: 'Ready', status, reason, message, lastTransitionTime: at },
];

/** A cluster whose Ready condition is as given. */
export const cluster = (name: string, reason = 'Registered', message = 'The worker is connected.'): Cluster => ({
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name, namespace: 'default' },
  spec: {},
  status: { conditions: condition(reason === 'Registered' ? 'True' : 'False', reason, message), nodes: 2, version: '0.1.0' },
});

/** A slice whose Ready condition is as given; its board is `board-<name>`. */
export const slice = (name: string, reason = 'Ready', message = 'Every node reaches every other.'): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name, namespace: 'default', creationTimestamp: at },
  spec: { sliceSubnet: '10.0.0.0/16', namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] } },
  status: {
    conditions: condition(reason === 'Ready' ? 'True' : 'False', reason, message),
    exchangeNamespace: `board-${name}`,
    readyClusters: '2/2',
  },
});

/** A notice of a cluster on the board of a slice. */
export const notice = <K extends StatementKind>(on: string, from: string, kind: K, subject: string, body: StatementBodies[K]): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: { name: `${from}.${kind.toLowerCase()}.${subject}`, namespace: `board-${on}` },
  spec: { cluster: from, kind, subject, statement: JSON.stringify({ kind, cluster: from, subject, body }), signature: '' },
});

/** The tunnel of a node. */
export const node = (on: string, from: string, name: string, router: string): Notice =>
  notice(on, from, 'Node', name, {
    node: name,
    publicKey: 'k',
    endpoints: [{ address: '192.0.2.1', port: 51820 }],
    blocks: [`${router}/24`],
    drivers: ['wireguard'],
    router,
  });

/** A link from a node to a node of another cluster. */
export const link = (
  name: string,
  peerCluster: string,
  peerNode: string,
  state: ReportedLink['state'] = 'Up',
  reason = '',
): ReportedLink => ({
  node: name,
  peerCluster,
  peerNode,
  driver: 'WireGuard',
  state,
  reason,
  since: at,
});

/** What a cluster reports about its links. */
export const report = (
  on: string,
  from: string,
  links: readonly ReportedLink[],
  missingNodes: StatementBodies['Links']['missingNodes'] = [],
): Notice =>
  notice(on, from, 'Links', from, {
    nodes: 1,
    expected: links.length,
    up: links.filter(({ state }) => state === 'Up').length,
    links,
    missingNodes,
  });

const controller: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'kubeslice-controller' },
  spec: { replicas: 2, selector: {}, template: { spec: { containers: [{ name: 'controller', image: 'kubeslice/kubeslice:1' }] } } },
  status: { availableReplicas: 2 },
};

/** Two clusters with a node each in one slice, all well. */
export const healthy: FleetSnapshot = {
  now: Date.parse(at) + 60_000,
  project: 'default',
  contexts: { hub: 'hub', known: ['hub', 'east', 'west'] },
  namespace: 'default',
  controller,
  clusters: [cluster('west'), cluster('east')],
  slices: [slice('app')],
  notices: [
    node('app', 'east', 'e1', '10.0.0.1'),
    node('app', 'west', 'w1', '10.0.1.1'),
    report('app', 'east', [link('e1', 'west', 'w1')]),
    report('app', 'west', [link('w1', 'east', 'e1')]),
  ],
};
