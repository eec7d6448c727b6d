import type { Cluster } from '../../api/cluster/type.ts';
import type { Condition } from '../../api/condition.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { LinksBody, ReportedLink } from '../../exchange/statement/links.ts';
import { type StatementBodies, statementVersion } from '../../exchange/statement/statement.ts';
import type { Deployment } from '../../values/builtin/workloads.ts';
import { type FleetSnapshot, noticesOf } from './fleet-snapshot.ts';
import { statementsIn } from './statements.ts';

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

const claims = {
  version: statementVersion,
  critical: [],
  project: 'default',
  slice: 'app',
  sliceUID: 'u',
  serial: 1,
  issuedAt: at,
  expiresAt: '2026-01-08T00:00:00Z',
};

/** A notice of a cluster on the board of a slice. */
export const notice = <K extends StatementKind>(on: string, from: string, kind: K, subject: string, body: StatementBodies[K]): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: { name: `${from}.${kind.toLowerCase()}.${subject}`, namespace: `board-${on}` },
  spec: { cluster: from, kind, subject, statement: JSON.stringify({ ...claims, kind, cluster: from, subject, body }), signature: '' },
});

/** The tunnel of a node. */
export const node = (on: string, from: string, name: string, router: string): Notice =>
  notice(on, from, 'Node', name, {
    node: name,
    publicKey: Buffer.alloc(32, 7).toString('base64'),
    endpoints: [{ address: '192.0.2.1', port: 51820 }],
    blocks: [router.replace(/\d+$/, '0/24')],
    addresses: [router],
  });

/** A link from a node to a node of another cluster. */
export const link = (
  name: string,
  peerCluster: string,
  peerNode: string,
  state: ReportedLink['state'] = 'Down',
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

/** What a cluster reports, by default that its one node reaches the one of the other cluster. */
export const report = (on: string, from: string, to: string, more: Partial<LinksBody> = {}): Notice =>
  notice(on, from, 'Links', from, {
    nodes: 1,
    clusters: [{ cluster: to, up: 1, down: 0, total: 1 }],
    worst: [],
    impaired: [],
    impairedNodes: 0,
    missingNodes: [],
    missing: 0,
    ...more,
  });

const controller: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'kubeslice-controller' },
  spec: { replicas: 2, selector: {}, template: { spec: { containers: [{ name: 'controller', image: 'kubeslice/kubeslice:1' }] } } },
  status: { availableReplicas: 2 },
};

const bare: FleetSnapshot = {
  now: Date.parse(at) + 60_000,
  project: 'default',
  contexts: { here: 'hub', hub: 'hub', known: ['hub', 'east', 'west'] },
  namespace: 'default',
  controller,
  clusters: [cluster('west'), cluster('east')],
  slices: [slice('app')],
  reports: [],
  nodes: [],
  offers: [],
};

/** That project with other notices. */
export const withNotices = (notices: readonly Notice[], slices: readonly Slice[] = bare.slices): FleetSnapshot => ({
  ...bare,
  slices,
  ...statementsIn(noticesOf(slices, notices)),
});

/** The notices of two clusters with a node each in one slice, all well. */
export const healthyNotices: readonly Notice[] = [
  node('app', 'east', 'e1', '10.0.0.1'),
  node('app', 'west', 'w1', '10.0.1.1'),
  report('app', 'east', 'west'),
  report('app', 'west', 'east'),
];

/** Those two clusters. */
export const healthy: FleetSnapshot = withNotices(healthyNotices);
