import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportBody } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import { cidrAround, formatCidr, overlaps, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint } from '../../values/address/cidr-space.ts';
import { formatIp } from '../../values/address/ip.ts';
import { routerAddress } from '../../values/address/usable-addresses.ts';
import type { StatementRefusalCode } from '../../values/statement-refusal.ts';
import { createEntry } from '../ledger/entry.ts';
import { clusterOf, emptyLedger, type Ledger, statementsBy, withEntry } from '../ledger/ledger.ts';
import type { NodeBody } from '../statement/node.ts';
import type { Statement } from '../statement/statement.ts';
import { checkDelegation } from './delegation.ts';

const claims = {
  version: 2 as const,
  critical: [],
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
    addresses: [formatIp(routerAddress(blocks.map(parseCidr)) ?? 0)],
    ...changes,
  },
});
const exportStatement = (namespace: string): Statement<'Export'> => ({
  ...claims,
  kind: 'Export',
  cluster: 'east',
  subject: `${namespace}/backend`,
  body: exportBody({ namespace }),
});

const { pods } = receiver().context();
/** A ledger in which a statement is in force, whatever it says. */
const withStatement = (ledger: Ledger, stated: Statement): Ledger =>
  withEntry(ledger, stated, { ...createEntry(stated, '', Number.POSITIVE_INFINITY, pods), inForce: true }, 0);
const knowing = (statements: readonly Statement[]): Ledger => statements.reduce(withStatement, emptyLedger);

const known = [
  clusterStatement('east', '10.0.0.0/24'),
  clusterStatement('west', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'),
  nodeStatement('east', 'n1', ['10.0.0.0/26', '10.0.0.192/26']),
  nodeStatement('west', 'n1', ['10.0.1.0/26']),
];
/** What the hub grants: to everybody everything, unless told otherwise. */
const contextOf = (granted: Record<string, readonly string[] | 'unknown'> = {}) =>
  receiver({
    east: ['0.0.0.0/0'],
    west: ['0.0.0.0/0'],
    north: ['0.0.0.0/0'],
    a: ['0.0.0.0/0'],
    b: ['0.0.0.0/0'],
    c: ['0.0.0.0/0'],
    ...granted,
  }).context();
const everything = contextOf();
const verdict = (
  statement: Statement,
  ledger = knowing(known),
  context = everything,
): [StatementRefusalCode, string | undefined] | 'accepted' => {
  const refusal = checkDelegation(statement, ledger, context);
  if (refusal !== undefined) expect(refusal.message).toMatch(/^[A-Z][^\n]*\.$/);
  return refusal === undefined ? 'accepted' : [refusal.code, refusal.waitsFor[0]];
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
    ['a block of another', clusterStatement('east', '10.0.0.0/24', '10.0.2.0/24'), ['BlockTaken', 'Cluster/west/west']],
    ['a part of it', clusterStatement('north', '10.0.1.128/25'), ['BlockTaken', 'Cluster/west/west']],
    ['a block around it', clusterStatement('north', '10.0.0.0/22'), ['BlockTaken', 'Cluster/east/east']],
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });

  it('only what the hub granted', () => {
    const context = contextOf({ east: ['10.0.0.0/25', '10.0.0.128/25'] });
    expect(verdict(clusterStatement('east', '10.0.0.0/24'), knowing(known), context)).toBe('accepted');
    expect(verdict(clusterStatement('east', '10.0.0.0/24', '10.0.9.0/24'), knowing(known), context)).toEqual([
      'BlockNotGranted',
      'Membership/east',
    ]);
  });

  it('no more than it has while the hub cannot be asked', () => {
    const context = contextOf({ east: 'unknown', north: 'unknown' });
    expect(verdict(clusterStatement('east', '10.0.0.0/25'), knowing(known), context)).toBe('accepted');
    expect(verdict(clusterStatement('east', '10.0.0.0/23'), knowing(known), context)).toEqual(['BlockNotGranted', 'Membership/east']);
    expect(verdict(clusterStatement('north', '10.0.9.0/24'), knowing(known), context)).toEqual(['BlockNotGranted', 'Membership/north']);
  });

  it('names both clusters and the remedy', () => {
    expect(checkDelegation(clusterStatement('north', '10.0.1.0/24'), knowing(known), everything)?.message).toBe(
      'Cluster "north" claims 10.0.1.0/24, which belongs to cluster "west" until that cluster gives it up; if "west" is gone for good, run "kubeslice trust forget west --context <this cluster>".',
    );
  });
});

describe('what a cluster says about a node', () => {
  const n1 = ['10.0.0.0/26', '10.0.0.192/26'];
  it.each<[string, Statement, ReturnType<typeof verdict>]>([
    ['the same again', nodeStatement('east', 'n1', n1), 'accepted'],
    ['a new node', nodeStatement('east', 'n2', ['10.0.0.64/26']), 'accepted'],
    ['a block that spans two neighbouring ones of the cluster', nodeStatement('west', 'n2', ['10.0.2.0/23']), 'accepted'],
    ['a node of a cluster that said nothing yet', nodeStatement('north', 'n1', ['10.0.9.0/26']), ['ClusterUnknown', 'Cluster/north/north']],
    ['a block of another cluster', nodeStatement('east', 'n2', ['10.0.1.64/26']), ['BlockOutsideCluster', 'Cluster/east/east']],
    ['a block larger than the cluster’s', nodeStatement('east', 'n2', ['10.0.0.0/16']), ['BlockOutsideCluster', 'Cluster/east/east']],
    ['a default route', nodeStatement('east', 'n2', ['0.0.0.0/0']), ['BlockOutsideCluster', 'Cluster/east/east']],
    ['a block of a sibling', nodeStatement('east', 'n2', ['10.0.0.64/26', '10.0.0.0/27']), ['BlockTaken', 'Node/east/n1']],
    ['a block around a sibling’s', nodeStatement('east', 'n2', ['10.0.0.128/25']), ['BlockTaken', 'Node/east/n1']],
    ['a block given twice', nodeStatement('east', 'n2', ['10.0.0.64/26', '10.0.0.64/27']), ['BlockTaken', undefined]],
    ['another address as its own', nodeStatement('east', 'n1', n1, { addresses: ['10.0.0.2'] }), ['RouterOutsideNode', undefined]],
    ['the address of another node', nodeStatement('east', 'n1', n1, { addresses: ['10.0.1.1'] }), ['RouterOutsideNode', undefined]],
    ['no block', nodeStatement('east', 'n2', [], { addresses: ['10.0.0.65'] }), ['RouterOutsideNode', undefined]],
    [
      'an address of a family of which it has no block',
      nodeStatement('east', 'n1', n1, { addresses: ['10.0.0.1', '2001:db8::1'] }),
      ['RouterOutsideNode', undefined],
    ],
    ['a new key', nodeStatement('east', 'n1', n1, { publicKey: 'new' }), 'accepted'],
    ['the key of a sibling', nodeStatement('east', 'n2', ['10.0.0.64/26'], { publicKey: 'key of east/n1' }), ['KeyTaken', 'Node/east/n1']],
    [
      'the key of another cluster’s node of the same name',
      nodeStatement('east', 'n1', n1, { publicKey: 'key of west/n1' }),
      ['KeyTaken', 'Node/west/n1'],
    ],
    ['no endpoint', nodeStatement('east', 'n1', n1, { endpoints: [] }), 'accepted'],
    ['an IPv6 endpoint', nodeStatement('east', 'n1', n1, { endpoints: [{ address: '2001:db8::1', port: 1 }] }), 'accepted'],
    ...[
      '10.0.77.1',
      '127.0.0.1',
      '0.0.0.0',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::ffff:127.0.0.1',
      'fe80::1',
      'ff02::1',
    ].map((address): [string, Statement, ReturnType<typeof verdict>] => [
      `the endpoint ${address}`,
      nodeStatement('east', 'n1', n1, {
        endpoints: [
          { address: '192.168.0.11', port: 1 },
          { address, port: 1 },
        ],
      }),
      ['EndpointUnusable', undefined],
    ]),
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });
});

describe('what a cluster exports', () => {
  it.each<[string, Statement, ReturnType<typeof verdict>]>([
    ['from a namespace of the slice', exportStatement('app-ns'), 'accepted'],
    ['from another one', exportStatement('other-ns'), 'accepted'],
    ['from a namespace that is not of the slice', exportStatement('kube-system'), ['NamespaceNotInSlice', 'Grant']],
    [
      'further endpoints from a namespace that is not of the slice',
      {
        ...claims,
        kind: 'Endpoints',
        cluster: 'east',
        subject: 'kube-system/backend/1',
        body: { namespace: 'kube-system', name: 'backend', shard: 1, endpoints: [] },
      },
      ['NamespaceNotInSlice', 'Grant'],
    ],
  ])('%s', (_what, statement, expected) => {
    expect(verdict(statement)).toEqual(expected);
  });

  it('reports about links change no traffic', () => {
    const body = { nodes: 0, clusters: [], worst: [], impaired: [], impairedNodes: 0, missingNodes: [], missing: 0 };
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
    const step = fc.oneof(claim, node);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let ledger = emptyLedger;
        for (const statement of steps) {
          if (checkDelegation(statement, ledger, everything) === undefined) ledger = withStatement(ledger, statement);
          const all = [...ledger.clusters.keys()];
          const nodes = all.flatMap((name) => statementsBy(ledger, 'Node', name).map(({ body }) => body.blocks.map(parseCidr)));
          for (const name of all)
            expect(areDisjoint(statementsBy(ledger, 'Node', name).flatMap(({ body }) => body.blocks.map(parseCidr)))).toBe(true);
          expect(nodes.every((blocks) => areDisjoint(blocks))).toBe(true);
          for (const one of all) {
            for (const other of all) {
              if (one === other) continue;
              expect(clusterOf(ledger, one).owned.some((a) => clusterOf(ledger, other).owned.some((b) => overlaps(a, b)))).toBe(false);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
