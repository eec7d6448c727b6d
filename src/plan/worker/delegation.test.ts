import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportBody, NodeBody, Statement } from '../../api/notice/statement.ts';
import { cidrAround, formatCidr, overlaps, parseCidr } from '../../values/cidr.ts';
import { areDisjoint } from '../../values/cidr-space.ts';
import { formatIp } from '../../values/ip.ts';
import type { StatementRefusalCode } from '../../values/statement-refusal.ts';
import { routerAddress } from '../usable-addresses.ts';
import { checkDelegation, type DelegationContext } from './delegation.ts';

const claims = {
  project: 'default',
  slice: 'app-slice',
  sliceUID: 'u',
  serial: 1,
  issuedAt: '2026-11-24T12:00:00.000Z',
  expiresAt: '2026-12-01T12:00:00.000Z',
};
const clusterStatement = (cluster: string, ...blocks: string[]): Statement<'Cluster'> => ({
  ...claims,
  kind: 'Cluster',
  cluster,
  subject: cluster,
  body: { caCertificate: 'x', blocks },
});
const nodeStatement = (cluster: string, node: string, blocks: string[], changes: Partial<NodeBody> = {}): Statement<'Node'> => ({
  ...claims,
  kind: 'Node',
  cluster,
  subject: node,
  body: {
    node,
    publicKey: `key of ${cluster}/${node}`,
    endpoints: [{ address: '192.168.0.11', port: 51820 }],
    blocks,
    drivers: ['wireguard'],
    router: formatIp(routerAddress(blocks.map(parseCidr)) ?? 0),
    ...changes,
  },
});
const exportStatement = (
  cluster: string,
  endpoints: [address: string, node: string][],
  changes: Partial<ExportBody> = {},
): Statement<'Export'> => ({
  ...claims,
  kind: 'Export',
  cluster,
  subject: 'app-ns/backend',
  body: {
    namespace: 'app-ns',
    name: 'backend',
    ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
    aliases: [],
    endpoints: endpoints.map(([address, node], index) => ({ pod: `backend-${index}`, address, node, ready: true })),
    ...changes,
  },
});

/** What a receiver knows that accepted these statements, in the subnet 10.0.0.0/16. */
const knowing = (accepted: readonly Statement[], granted: Record<string, string[]> = {}): DelegationContext => {
  const clusters = new Map<string, readonly string[]>();
  const nodes: { cluster: string; body: NodeBody }[] = [];
  for (const statement of accepted) {
    if ('caCertificate' in statement.body) clusters.set(statement.cluster, statement.body.blocks);
    if ('publicKey' in statement.body) nodes.push({ cluster: statement.cluster, body: statement.body });
  }
  return {
    sliceSubnet: '10.0.0.0/16',
    namespaces: ['app-ns', 'other-ns'],
    granted: (cluster) => granted[cluster],
    claimed: (cluster) => clusters.get(cluster),
    claimants: () => new Set([...clusters.keys(), ...nodes.map(({ cluster }) => cluster)]),
    nodes: (cluster) => nodes.filter((node) => node.cluster === cluster).map(({ body }) => body),
    keyOwner: (publicKey) => nodes.flatMap(({ cluster, body }) => (body.publicKey === publicKey ? [{ cluster, node: body.node }] : []))[0],
  };
};

const known = [
  clusterStatement('east', '10.0.0.0/24'),
  clusterStatement('west', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'),
  nodeStatement('east', 'n1', ['10.0.0.0/26', '10.0.0.192/26']),
  nodeStatement('west', 'n1', ['10.0.1.0/26']),
];
const verdict = (statement: Statement, context = knowing(known)): [StatementRefusalCode, string | undefined] | 'accepted' => {
  const refusal = checkDelegation(statement, context);
  if (refusal !== undefined) expect(refusal.message).toMatch(/^[A-Z][^\n]*\.$/);
  return refusal === undefined ? 'accepted' : [refusal.code, refusal.awaits];
};

describe('what a cluster claims for itself', () => {
  it.each<[string, Statement, ReturnType<typeof verdict>]>([
    ['its blocks again', clusterStatement('east', '10.0.0.0/24'), 'accepted'],
    ['further blocks', clusterStatement('east', '10.0.0.0/24', '10.0.4.0/22'), 'accepted'],
    ['fewer blocks', clusterStatement('west', '10.0.1.0/24'), 'accepted'],
    ['no blocks', clusterStatement('east'), 'accepted'],
    ['a block as a newcomer', clusterStatement('north', '10.0.9.0/24'), 'accepted'],
    ['a block outside the subnet', clusterStatement('east', '10.1.0.0/24'), ['BlockOutsideSubnet', undefined]],
    ['the whole subnet', clusterStatement('east', '10.0.0.0/16'), ['BlockOutsideSubnet', undefined]],
    ['everything', clusterStatement('east', '0.0.0.0/0'), ['BlockOutsideSubnet', undefined]],
    ['service addresses', clusterStatement('east', '10.0.240.0/24'), ['BlockOutsideSubnet', undefined]],
    ['IPv6', clusterStatement('east', '2001:db8::/64'), ['BlockOutsideSubnet', undefined]],
    ['a block of another', clusterStatement('east', '10.0.0.0/24', '10.0.2.0/24'), ['BlockTaken', 'Cluster']],
    ['a part of it', clusterStatement('north', '10.0.1.128/25'), ['BlockTaken', 'Cluster']],
    ['a block around it', clusterStatement('north', '10.0.0.0/22'), ['BlockTaken', 'Cluster']],
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });

  it('only what the hub granted, where that can be seen', () => {
    const context = knowing(known, { east: ['10.0.0.0/25', '10.0.0.128/25'] });
    expect(verdict(clusterStatement('east', '10.0.0.0/24'), context)).toBe('accepted');
    expect(verdict(clusterStatement('east', '10.0.0.0/24', '10.0.9.0/24'), context)).toEqual(['BlockNotGranted', 'Cluster']);
  });

  it('names both clusters', () => {
    expect(checkDelegation(clusterStatement('north', '10.0.1.0/24'), knowing(known))?.message).toBe(
      'Cluster "north" claims 10.0.1.0/24, which cluster "west" claimed before; the newcomer is refused until one of them gives it up.',
    );
  });
});

describe('what a cluster says about a node', () => {
  const n1 = ['10.0.0.0/26', '10.0.0.192/26'];
  it.each<[string, Statement, ReturnType<typeof verdict>]>([
    ['the same again', nodeStatement('east', 'n1', n1), 'accepted'],
    ['a new node', nodeStatement('east', 'n2', ['10.0.0.64/26']), 'accepted'],
    ['a block that spans two neighbouring ones of the cluster', nodeStatement('west', 'n2', ['10.0.2.0/23']), 'accepted'],
    ['a node of a cluster that said nothing yet', nodeStatement('north', 'n1', ['10.0.9.0/26']), ['ClusterUnknown', 'Cluster']],
    ['a block of another cluster', nodeStatement('east', 'n2', ['10.0.1.64/26']), ['BlockOutsideCluster', 'Cluster']],
    ['a block larger than the cluster’s', nodeStatement('east', 'n2', ['10.0.0.0/16']), ['BlockOutsideCluster', 'Cluster']],
    ['a default route', nodeStatement('east', 'n2', ['0.0.0.0/0']), ['BlockOutsideCluster', 'Cluster']],
    ['a block of a sibling', nodeStatement('east', 'n2', ['10.0.0.64/26', '10.0.0.0/27']), ['BlockTaken', 'Node']],
    ['a block around a sibling’s', nodeStatement('east', 'n2', ['10.0.0.128/25']), ['BlockTaken', 'Node']],
    ['a block given twice', nodeStatement('east', 'n2', ['10.0.0.64/26', '10.0.0.64/27']), ['BlockTaken', undefined]],
    ['another address as its own', nodeStatement('east', 'n1', n1, { router: '10.0.0.2' }), ['RouterOutsideNode', undefined]],
    ['the address of another node', nodeStatement('east', 'n1', n1, { router: '10.0.1.1' }), ['RouterOutsideNode', undefined]],
    ['no block', nodeStatement('east', 'n2', [], { router: '10.0.0.65' }), ['RouterOutsideNode', undefined]],
    ['a new key', nodeStatement('east', 'n1', n1, { publicKey: 'new' }), 'accepted'],
    ['the key of a sibling', nodeStatement('east', 'n2', ['10.0.0.64/26'], { publicKey: 'key of east/n1' }), ['KeyTaken', 'Node']],
    [
      'the key of another cluster’s node of the same name',
      nodeStatement('east', 'n1', n1, { publicKey: 'key of west/n1' }),
      ['KeyTaken', 'Node'],
    ],
    ['no endpoint', nodeStatement('east', 'n1', n1, { endpoints: [] }), 'accepted'],
    ['an IPv6 endpoint', nodeStatement('east', 'n1', n1, { endpoints: [{ address: '2001:db8::1', port: 1 }] }), 'accepted'],
    ...['10.0.77.1', '127.0.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', '::1', 'fe80::1', 'ff02::1'].map(
      (address): [string, Statement, ReturnType<typeof verdict>] => [
        `the endpoint ${address}`,
        nodeStatement('east', 'n1', n1, {
          endpoints: [
            { address: '192.168.0.11', port: 1 },
            { address, port: 1 },
          ],
        }),
        ['EndpointUnusable', undefined],
      ],
    ),
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });
});

describe('what a cluster exports', () => {
  it.each<[string, Statement, ReturnType<typeof verdict>]>([
    [
      'endpoints of its nodes',
      exportStatement('east', [
        ['10.0.0.2', 'n1'],
        ['10.0.0.200', 'n1'],
      ]),
      'accepted',
    ],
    ['nothing yet', exportStatement('north', []), 'accepted'],
    ['another namespace of the slice', exportStatement('east', [], { namespace: 'other-ns' }), 'accepted'],
    ['a namespace that is not of the slice', exportStatement('east', [], { namespace: 'kube-system' }), ['NamespaceNotInSlice', undefined]],
    ['an endpoint on a node not heard of yet', exportStatement('east', [['10.0.0.70', 'n2']]), ['NodeUnknown', 'Node']],
    [
      'an address outside the node',
      exportStatement('east', [
        ['10.0.0.2', 'n1'],
        ['10.0.0.70', 'n1'],
      ]),
      ['EndpointOutsideNode', 'Node'],
    ],
    ['an address of another cluster', exportStatement('east', [['10.0.1.2', 'n1']]), ['EndpointOutsideNode', 'Node']],
    ['an address outside the slice', exportStatement('east', [['192.168.0.1', 'n1']]), ['EndpointOutsideNode', 'Node']],
    ['the node itself', exportStatement('east', [['10.0.0.1', 'n1']]), ['EndpointOutsideNode', 'Node']],
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });

  it('reports about links change no traffic', () => {
    const body = { nodes: 0, expected: 0, up: 0, links: [], missingNodes: [] };
    expect(verdict({ ...claims, kind: 'Links', cluster: 'east', subject: 'east', body })).toBe('accepted');
  });
});

describe('whatever members claim, in whatever order', () => {
  const block = fc
    .tuple(fc.integer({ min: 0, max: 0x3ff }), fc.integer({ min: 22, max: 32 }))
    .map(([host, prefix]) => formatCidr(cidrAround(0x0a000000 + host, prefix)));
  const cluster = fc.constantFrom('a', 'b', 'c');
  const claim = fc
    .record({ cluster, blocks: fc.array(block, { maxLength: 2 }) })
    .map(({ cluster, blocks }) => clusterStatement(cluster, ...blocks));
  const node = fc
    .record({ cluster, node: fc.constantFrom('n1', 'n2'), blocks: fc.array(block, { minLength: 1, maxLength: 2 }) })
    .map(({ cluster, node, blocks }) => nodeStatement(cluster, node, blocks));

  it('no address is ever accepted for two nodes, nor a claim that meets another', () => {
    const step = fc.record({ statement: fc.oneof(claim, node), withdraw: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const accepted = new Map<string, Statement>();
        for (const { statement, withdraw } of steps) {
          const key = `${statement.kind} ${statement.cluster} ${statement.subject}`;
          if (withdraw) accepted.delete(key);
          else if (checkDelegation(statement, knowing([...accepted.values()])) === undefined) accepted.set(key, statement);
          const nodes = [...accepted.values()].flatMap(({ body }) => ('publicKey' in body ? body.blocks : [])).map(parseCidr);
          expect(areDisjoint(nodes)).toBe(true);
          const claimed = new Map(
            [...accepted.values()].flatMap(({ cluster, body }) => ('caCertificate' in body ? [[cluster, body.blocks]] : [])),
          );
          for (const [one, blocks] of claimed) {
            for (const [other, theirs] of claimed) {
              if (one === other) continue;
              expect(blocks.map(parseCidr).some((a) => theirs.map(parseCidr).some((b) => overlaps(a, b)))).toBe(false);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a cluster that gives up a block keeps it from others until its node is gone', () => {
    const before = [clusterStatement('a'), nodeStatement('a', 'n1', ['10.0.0.0/26'])];
    expect(verdict(clusterStatement('b', '10.0.0.0/24'), knowing(before))).toEqual(['BlockTaken', 'Node']);
    expect(verdict(clusterStatement('b', '10.0.0.0/24'), knowing(before.slice(1)))).toEqual(['BlockTaken', 'Node']);
    expect(verdict(clusterStatement('b', '10.0.0.0/24'), knowing(before.slice(0, 1)))).toBe('accepted');
  });
});
