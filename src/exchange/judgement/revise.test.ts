import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cpuCost } from '../../../test/cpu-cost.ts';
import {
  type Author,
  author,
  authorityOf,
  day,
  endpoints,
  exportBody,
  hour,
  nodeBody,
  slice,
  start,
} from '../../../test/exchange/author.ts';
import { type Grants, type Receiver, receiver } from '../../../test/exchange/receiver.ts';
import { budgets } from '../../api/budgets.ts';
import type { Authority } from '../../identity/authority.ts';
import { readRoot } from '../../identity/root.ts';
import { parseCidr } from '../../values/address/cidr.ts';
import type { ExchangeContext } from '../ledger/context.ts';
import { createEntry } from '../ledger/entry.ts';
import { clusterOf, emptyLedger, type Ledger, withEntries } from '../ledger/ledger.ts';
import { noOrders } from '../trust/authority-orders.ts';
import { draftStatement } from '../trust/issue.ts';
import { clockSkewMs, statementLifetimeMs } from '../trust/lifetime.ts';
import { revise } from './revise.ts';

const all = ['Cluster/east/east', 'Export/east/app-ns/backend', 'Node/east/n1'];
let authorities: Record<'east' | 'west', Authority>;
let east: Author;
let west: Author;
let here: Receiver;

beforeAll(async () => {
  authorities = { east: await authorityOf('east'), west: await authorityOf('west') };
});
beforeEach(() => {
  [east, west] = [author(authorities.east), author(authorities.west)];
  here = receiver({ east: ['10.0.0.0/24'], west: ['10.0.1.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(east.node('n1', ['10.0.0.0/26']));
  here.show(east.export({ endpoints: endpoints(['10.0.0.2', 'n1']) }));
});

describe('a change of the circumstances', () => {
  it.each<[string, Grants, readonly string[]]>([
    ['nothing', { east: ['10.0.0.0/24'] }, all],
    ['more blocks', { east: ['10.0.0.0/24', '10.0.4.0/24'] }, all],
    ['an end of the membership', { east: 'ended' }, []],
    // A hub that lost its objects, or is away, ends nothing.
    ['a membership that vanished', { east: undefined }, all],
    ['a hub that cannot be asked', { east: 'unknown' }, all],
    // An export without a claim has no nodes, so no endpoint of it is used.
    ['a block taken away', { east: ['10.0.4.0/24'] }, ['Export/east/app-ns/backend']],
  ])('%s', (_, grants, expected) => {
    here.grant(grants);
    expect(here.believes()).toEqual(expected);
    here.grant({ east: ['10.0.0.0/24'] });
    expect(here.believes()).toEqual(all);
  });

  it('says what changed, and nothing when nothing did', () => {
    expect(here.grant({ east: 'ended' }).toSorted()).toEqual(all);
    expect(here.grant({ east: 'ended' })).toEqual([]);
    expect(here.grant({ east: ['10.0.0.0/24'] }).toSorted()).toEqual(all);
  });

  it('a namespace that leaves the slice takes its exports with it, and one that returns brings them back', () => {
    here.circumstances({ namespaces: new Set(['other-ns']) });
    expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
    here.circumstances({ namespaces: new Set(['app-ns']) });
    expect(here.believes()).toEqual(all);
  });

  it('a cluster keeps its blocks though its membership ended, until it gives them up', () => {
    here.grant({ east: 'ended', west: ['10.0.0.0/24'] });
    expect(here.show(west.claim(['10.0.0.0/24'])).refusal?.code).toBe('BlockTaken');
    here.show(east.farewell());
    expect(here.show(west.claim(['10.0.0.0/24'])).refusal).toBeUndefined();
    // And what it stated before it gave them up does not meet the new owner.
    here.grant({ east: ['10.0.0.0/24'] });
    expect(here.believes()).toEqual(['Cluster/west/west']);
  });

  it('what a tombstone ended does not come back', () => {
    here.show(east.withdraw('Node', 'n1'));
    here.grant({ east: 'ended' });
    here.grant({ east: ['10.0.0.0/24'] });
    expect(here.believes()).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend']);
  });

  it('of two nodes that would meet only one comes back', () => {
    here.show(east.node('n2', ['10.0.0.64/26']));
    here.show(east.claim(['10.0.0.0/26']));
    here.show(east.node('n1', ['10.0.0.0/27']));
    expect(here.show(east.node('n2', ['10.0.0.0/26'])).refusal?.code).toBe('BlockTaken');
    here.show(east.claim(['10.0.0.0/24']));
    expect(here.believes()).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend', 'Node/east/n1', 'Node/east/n2']);
    expect(here.inForce('Node', 'east', 'n2')?.body.blocks).toEqual(['10.0.0.64/26']);
  });
});

describe('a cluster of many nodes and exports', () => {
  const context = (ended: boolean): ExchangeContext => ({
    ...slice,
    project: 'default',
    cluster: 'north',
    subnet: parseCidr('10.0.0.0/8'),
    pods: [parseCidr('10.0.0.0/8')],
    namespaces: new Set(['app-ns']),
    member: () => ({ blocks: [parseCidr('10.0.0.0/8')], ended }),
    pinned: () => undefined,
    rotations: () => [],
    orders: () => noOrders,
    readRoot,
    departed: () => false,
    holdExpired: false,
    now: start,
  });
  /** The ledger of a cluster with so many nodes and exports. */
  const many = (count: number): Ledger => {
    const of = (kind: 'Cluster' | 'Node' | 'Export', subject: string, body: object) => {
      const draft = { kind, subject, body, serial: 1, ...slice } as Parameters<typeof draftStatement>[1];
      const stated = draftStatement({ cluster: 'east', project: 'default' }, draft, start);
      return [subject, { ...createEntry(stated, subject, start + day, [parseCidr('10.0.0.0/8')]), inForce: true }] as const;
    };
    const key = (index: number): string => Buffer.alloc(32, String(index).padStart(8, '0')).toString('base64');
    const indexes = Array.from({ length: count }, (_, index) => index);
    const put = (ledger: Ledger, kind: 'Cluster' | 'Node' | 'Export', entries: readonly ReturnType<typeof of>[]): Ledger =>
      withEntries(ledger, { kind, cluster: 'east' }, new Map(entries), start);
    const block = (index: number): string => `10.${index >> 8}.${index & 255}.0/26`;
    const claimed = put(emptyLedger, 'Cluster', [of('Cluster', 'east', { caCertificate: '', blocks: ['10.0.0.0/8'] })]);
    const nodes = indexes.map((index) => {
      const body = { ...nodeBody(`n${index}`, [block(index)]), publicKey: key(index), addresses: [block(index).replace('0/26', '1')] };
      return of('Node', `n${index}`, body);
    });
    const exports = indexes.map((index) => of('Export', `app-ns/e${index}`, exportBody({ name: `e${index}` })));
    return put(put(claimed, 'Node', nodes), 'Export', exports);
  };

  it('comes back as a whole, ten times as many in less than fifteen times the time', () => {
    const cost = (count: number): number => {
      const gone = revise(many(count), 'east', context(true)).ledger;
      expect(revise(gone, 'east', context(false)).changes).toHaveLength(2 * count + 1);
      return cpuCost(() => void revise(gone, 'east', context(false)));
    };
    const [few, all] = [cost(100), cost(1_000)];
    expect(all).toBeLessThan(few * 15);
  });

  it('comes back up to what it may have', () => {
    const gone = revise(many(budgets.nodes + 5), 'east', context(true)).ledger;
    const back = revise(gone, 'east', context(false)).ledger;
    expect(clusterOf(back, 'east').used).toMatchObject({ Node: budgets.nodes, Export: budgets.exports });
  });
});

describe('time that goes by', () => {
  const end = start + statementLifetimeMs + clockSkewMs;

  it('ends what expired, beyond the tolerance', () => {
    expect(here.expire(end)).toEqual([]);
    expect(here.expire(end + 1).toSorted()).toEqual(all);
    expect(here.believes()).toEqual([]);
    expect(here.expire(end + 1)).toEqual([]);
  });

  it('forgets it, but not whose the blocks are', () => {
    here.show(east.withdraw('Node', 'n2'));
    here.expire(end + 1);
    expect(here.kept()).toEqual(['Cluster/east/east']);
    here.grant({ west: ['10.0.0.0/24'] });
    expect(here.show(west.claim(['10.0.0.0/24'], end), end).refusal?.code).toBe('BlockTaken');
    here.restart();
    expect(here.show(west.claim(['10.0.0.0/24'], end), end).refusal?.code).toBe('BlockTaken');
  });

  it('ends nothing while the hub is away that would bring newer statements', () => {
    here.circumstances({ holdExpired: true });
    expect(here.expire(start + 30 * day)).toEqual([]);
    here.restart();
    expect(here.believes()).toEqual(all);
    here.circumstances({ holdExpired: false });
    expect(here.believes()).toEqual([]);
  });

  it('ends the nodes of a cluster whose own statement expired', () => {
    here.show(east.node('n1', ['10.0.0.0/26'], start + hour), start + hour);
    here.expire(end + 1);
    expect(here.believes()).toEqual([]);
    here.show(east.claim(['10.0.0.0/24'], end));
    expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
  });

  it('forgets nothing that would let an older statement in, though the clock of its author was set back', () => {
    const ahead = east.node('n2', ['10.0.0.64/26'], start + 3 * day);
    here.show(east.withdraw('Node', 'n2', start));
    here.expire(end + 1);
    expect(here.show(ahead, end + 1).refusal?.code).toBe('SerialNotHigher');
    here.expire(end + 3 * day + 1);
    expect(here.show(ahead, end + 3 * day + 1).refusal?.code).toBe('Expired');
    expect(here.kept()).toEqual(['Cluster/east/east']);
  });

  it('of a clock here that is set back ends nothing', () => {
    expect(here.expire(start - day)).toEqual([]);
    expect(here.believes()).toEqual(all);
    here.restart();
    expect(here.believes()).toEqual(all);
  });

  it('costs nothing to what the own cluster states', () => {
    here.circumstances({ cluster: 'east' });
    expect(here.expire(end + 1)).toEqual([]);
    expect(here.grant({ east: 'ended' })).toEqual([]);
    expect(here.believes()).toEqual(all);
    expect(clusterOf(here.ledger(), 'east').owned).toHaveLength(1);
  });
});
