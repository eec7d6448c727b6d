import type { SliceFacts } from '../facts/node-state.ts';
import type { AccessPolicyFacts, SliceAccess } from '../policy/access.ts';
import type { CountedFlow } from './counted-flow.ts';
import type { FlowEnd, NodeFlows, SliceFlows } from './node-flows.ts';

/** When the nodes of these tests answered. */
export const answeredAt = Date.parse('2026-12-01T04:00:00Z');

/** A policy of the slice that allows everybody, but for what is given. */
export const policy = (rest: Partial<AccessPolicyFacts>): AccessPolicyFacts => ({
  name: 'p',
  scope: 'slice',
  action: 'Allow',
  to: {},
  ...rest,
});

/** Policies of a slice in a cluster. */
export const access = (cluster: string, policies: readonly AccessPolicyFacts[], otherwise: 'Allow' | 'Deny' = 'Allow'): SliceAccess => ({
  default: otherwise,
  cluster,
  policies,
});

/** A TCP flow to port 80. */
export const flow = (source: string, destination: string, rest: Partial<CountedFlow> = {}): CountedFlow => ({
  source,
  destination,
  protocol: 'TCP',
  port: 80,
  packets: 3,
  age: 10,
  ...rest,
});

/** The pod `client` of east, in namespace shop with the account web, and `server` of west. */
export const client = '10.0.0.2';
/** See {@link client}. */
export const server = '10.0.1.2';

const identity = (serviceAccount: string, labels: Record<string, string>) => ({ namespace: 'shop', serviceAccount, labels });

/** What the nodes of both clusters know of {@link client} and {@link server}. */
export const endsAt = (cluster: 'east' | 'west'): FlowEnd[] => [
  {
    address: client,
    cluster: 'east',
    isOwn: cluster === 'east',
    ...(cluster === 'east' ? { pod: 'shop/client' } : {}),
    identity: identity('web', { app: 'client' }),
  },
  {
    address: server,
    cluster: 'west',
    isOwn: cluster === 'west',
    ...(cluster === 'west' ? { pod: 'shop/server' } : {}),
    identity: identity('api', { app: 'server' }),
  },
];

/** The answer of a node about the slice `app`. */
export const answer = (node: string, rest: Partial<SliceFlows>): NodeFlows => ({
  version: 1,
  node,
  now: answeredAt,
  slices: [{ slice: 'app', ends: [], ...rest }],
});

/** A slice with the pods 10.0.0.2 and 10.0.0.3 on this node of east, and a node of west with one stated pod. */
export const sliceFacts: SliceFacts = {
  name: 'app',
  uid: 'u',
  subnet: '10.0.0.0/16',
  blocks: ['10.0.0.0/24'],
  driver: 'Auto',
  namespaces: ['shop'],
  access: access('east', []),
  peers: [
    {
      cluster: 'west',
      node: 'w1',
      publicKey: 'k',
      endpoints: [],
      blocks: ['10.0.1.0/24'],
      router: '10.0.1.1',
      pods: [{ namespace: 'shop', serviceAccount: 'api', labels: { app: 'server' }, labelKeys: ['app'], addresses: [server] }],
    },
  ],
};
