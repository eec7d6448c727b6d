import { beforeAll, describe, expect, it } from 'vitest';
import { type Author, author, authorityOf, day, hour, start } from '../../../test/exchange/author.ts';
import { type Receiver, receiver } from '../../../test/exchange/receiver.ts';
import { budgets } from '../../api/budgets.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { clusterOf, entryOf, withEntries } from '../ledger/ledger.ts';
import { issueStatement } from '../trust/issue.ts';

let authorities: Record<'east' | 'west' | 'renewed', Authority>;
let east: Author;
let west: Author;
let here: Receiver;

beforeAll(async () => {
  authorities = { east: await authorityOf('east'), west: await authorityOf('west'), renewed: await authorityOf('east') };
});
/** A new receiver to which east and west showed their claims. */
const begin = (): void => {
  east = author(authorities.east);
  west = author(authorities.west);
  here = receiver({ east: ['10.0.0.0/24'], west: ['10.0.1.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(west.claim(['10.0.1.0/24']));
};
/** Without a chain, as the authority itself signs. */
const unchained = ({ statement, signature }: { statement: string; signature: string }) => ({ statement, signature });
const show = (notice: NoticeSpec, now?: number): string => here.show(notice, now).refusal?.code ?? 'accepted';

describe('who a notice comes from', () => {
  it('pins the authority of a newcomer, and only with a statement that is used', () => {
    east = author(authorities.east);
    here = receiver({ east: ['10.0.0.0/24'] });
    expect(here.show(east.node('n1', ['10.0.0.0/26']))).toMatchObject({
      refusal: { code: 'ClusterUnknown' },
      waitsFor: ['Cluster/east/east'],
    });
    expect(show(east.claim(['10.0.9.0/24']))).toBe('BlockNotGranted');
    expect(here.pinned('east')).toBeUndefined();
    expect(show(east.claim(['10.0.0.0/24']))).toBe('accepted');
    expect(here.pinned('east')).toBe(authorities.east.certificate);
    expect(show(east.node('n1', ['10.0.0.0/26']))).toBe('accepted');
  });

  it.each([
    ['nothing', undefined, 'NotMember'],
    ['that it cannot be asked', 'unknown', 'NotMember'],
    ['that it is no longer a member', 'ended', 'NotMember'],
  ] as const)('a stranger of which the hub says %s is refused, and its authority is not pinned', (_, grant, code) => {
    here = receiver({ east: grant });
    expect(here.show(author(authorities.east).claim([]))).toMatchObject({ refusal: { code }, waitsFor: ['Membership/east'] });
    expect(here.pinned('east')).toBeUndefined();
  });

  it('another authority is refused, whatever it says', () => {
    begin();
    const rogue = author(authorities.renewed, { serial: start * 2000 });
    expect(show(rogue.claim(['10.0.0.0/24']))).toBe('AuthorityChanged');
    expect(show(rogue.node('n1', ['10.0.0.0/26']))).toBe('BadSignature');
    expect(show(rogue.farewell())).toBe('BadSignature');
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
  });

  it('another authority is pinned by word of the old one, and the old one counts no more', () => {
    begin();
    const before = east.node('n1', ['10.0.0.0/26']);
    const body = { caCertificate: authorities.renewed.certificate, blocks: ['10.0.0.0/24'] };
    expect(show(east.issue('Cluster', 'east', body, start))).toBe('accepted');
    expect(here.pinned('east')).toBe(authorities.renewed.certificate);
    expect(show(before)).toBe('BadSignature');
    expect(show(east.claim(['10.0.0.0/24']))).toBe('AuthorityChanged');
    const renewed = author(authorities.renewed, { serial: start * 1000 + 100 });
    expect(show(renewed.claim(['10.0.0.0/24']))).toBe('accepted');
    expect(show(renewed.node('n1', ['10.0.0.0/26']))).toBe('accepted');
  });

  it('an old word for another authority cannot be replayed', () => {
    begin();
    const handover = east.issue('Cluster', 'east', { caCertificate: authorities.renewed.certificate, blocks: [] }, start);
    expect(show(east.claim(['10.0.0.0/24']))).toBe('accepted');
    expect(show(handover)).toBe('SerialNotHigher');
    expect(here.pinned('east')).toBe(authorities.east.certificate);
  });

  it('the own cluster needs nobody to tell it what it states', async () => {
    begin();
    const own = author(await authorityOf('here'));
    expect(here.show(own.claim(['10.0.2.0/24']))).toEqual({ ledger: here.ledger(), changes: [] });
  });

  it.each<[string, (notice: NoticeSpec) => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => 'notice'],
    ['no signature', (notice) => ({ ...notice, signature: undefined })],
    ['a number as statement', (notice) => ({ ...notice, statement: 1 })],
    ['a kind that is none', (notice) => ({ ...notice, kind: '__proto__' })],
    ['a cluster that is a terminal escape', (notice) => ({ ...notice, cluster: '\u001b[2J' })],
    ['a subject that is a terminal escape', (notice) => ({ ...notice, subject: '\u001b[2J' })],
    ['a chain of 1 MB', (notice) => ({ ...notice, chain: ['x'.repeat(1_000_000)] })],
    ['an endless statement', (notice) => ({ ...notice, statement: 'x'.repeat(1_000_000) })],
  ])('what is no notice is refused without a word of it: %s', (_, change) => {
    begin();
    const { refusal, changes } = here.show(change(east.node('n1', ['10.0.0.0/26'])) as NoticeSpec);
    expect(refusal?.code).toBe('Malformed');
    expect(refusal?.message).not.toMatch(/\p{Cc}|xxxx/u);
    expect(changes).toEqual([]);
  });

  it('a field beside those of a notice does not move a statement to another slice', () => {
    begin();
    const elsewhere = author(authorities.east, { sliceUID: 'other' });
    const notice = elsewhere.node('n1', ['10.0.0.0/26']);
    expect(show({ ...notice, sliceUID: 'other' } as NoticeSpec)).toBe('WrongSlice');
    expect(show({ ...elsewhere.claim(['10.0.0.0/24']), sliceUID: 'other' } as NoticeSpec)).toBe('WrongSlice');
  });
});

describe('what was stated later', () => {
  it('counts, and what was stated before does not come back', () => {
    begin();
    const [first, second] = [east.node('n1', ['10.0.0.0/26']), east.node('n1', ['10.0.0.64/26'])];
    expect([second, first, second].map((notice) => show(notice))).toEqual(['accepted', 'SerialNotHigher', 'accepted']);
    expect(here.inForce('Node', 'east', 'n1')?.body.blocks).toEqual(['10.0.0.64/26']);
  });

  it('changes nothing when it is shown again', () => {
    begin();
    const node = east.node('n1', ['10.0.0.0/26']);
    expect(here.show(node).changes).toHaveLength(1);
    expect(here.show(node)).toEqual({ ledger: here.ledger(), changes: [] });
  });

  it('of two statements with one serial the first one counts', () => {
    begin();
    const twins = ['10.0.0.0/26', '10.0.0.64/26'].map((block): NoticeSpec => {
      const body = JSON.parse(east.node('n1', [block]).statement).body;
      const draft = { kind: 'Node', subject: 'n1', serial: 7, body, slice: 'app-slice', sliceUID: here.context().sliceUID } as const;
      return { cluster: 'east', kind: 'Node', subject: 'n1', ...unchained(issueStatement(authorities.east, draft, start).signed) };
    });
    expect(twins.map((notice) => show(notice))).toEqual(['accepted', 'SerialNotHigher']);
  });

  it('a tombstone ends its subject for good', () => {
    begin();
    const node = east.node('n1', ['10.0.0.0/26']);
    const gone = east.withdraw('Node', 'n1');
    expect([node, gone, node, gone].map((notice) => show(notice))).toEqual(['accepted', 'accepted', 'SerialNotHigher', 'accepted']);
    expect(here.inForce('Node', 'east', 'n1')).toBeUndefined();
    here.restart();
    expect(show(node)).toBe('SerialNotHigher');
  });

  it('a tombstone counts though it comes before what it withdraws', () => {
    begin();
    const node = east.node('n1', ['10.0.0.0/26']);
    expect([east.withdraw('Node', 'n1'), node].map((notice) => show(notice))).toEqual(['accepted', 'SerialNotHigher']);
  });

  it('a subject can be stated again after its tombstone', () => {
    begin();
    show(east.withdraw('Node', 'n1'));
    expect(show(east.node('n1', ['10.0.0.0/26']))).toBe('accepted');
  });
});

describe('a farewell', () => {
  it('ends all that the cluster stated, gives up its blocks, and nothing of before comes back', () => {
    begin();
    const [node, unseen, late] = [east.node('n1', ['10.0.0.0/26']), east.node('n2', ['10.0.0.64/26']), east.export({ endpoints: [] })];
    show(node);
    show(late);
    expect(here.show(east.farewell()).changes).toHaveLength(3);
    expect(here.believes()).toEqual(['Cluster/west/west']);
    expect(clusterOf(here.ledger(), 'east').owned).toEqual([]);
    expect(show(east.claim(['10.0.0.0/24']))).toBe('accepted');
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
    expect([node, unseen, late].map((notice) => show(notice))).toEqual(['SerialNotHigher', 'SerialNotHigher', 'SerialNotHigher']);
    here.grant({ east: ['10.0.0.0/24'] });
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
    expect(show(east.node('n1', ['10.0.0.0/26']))).toBe('accepted');
  });

  it('nothing of before comes back after a restart either, if the cluster says since when it counts', () => {
    begin();
    const [node, unseen] = [east.node('n1', ['10.0.0.0/26']), east.node('n2', ['10.0.0.64/26'])];
    show(node);
    const farewell = east.farewell();
    show(farewell);
    show(east.claim(['10.0.0.0/24'], start, JSON.parse(farewell.statement).serial));
    here.restart();
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
    expect([node, unseen].map((notice) => show(notice))).toEqual(['SerialNotHigher', 'SerialNotHigher']);
  });

  it('that was never shown ends what was stated before, once the cluster says since when it counts', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    const { serial } = JSON.parse(east.farewell().statement);
    expect(here.show(east.claim(['10.0.0.0/24'], start, serial)).changes).toHaveLength(2);
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
  });

  it('what follows before the cluster joined again waits for that', () => {
    begin();
    show(east.farewell());
    expect(here.show(east.node('n1', ['10.0.0.0/26']))).toMatchObject({ refusal: { code: 'NotMember' }, waitsFor: ['Cluster/east/east'] });
  });

  it('lets another authority take the name, but not an earlier one come back', () => {
    begin();
    const old = east.claim(['10.0.0.0/24']);
    const node = east.node('n1', ['10.0.0.0/26']);
    show(node);
    show(east.farewell());
    const renewed = author(authorities.renewed, { serial: start * 1000 + 100 });
    expect(show(renewed.claim(['10.0.0.0/24']))).toBe('accepted');
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
    expect(show(node)).toBe('BadSignature');
    expect(show(renewed.farewell())).toBe('accepted');
    expect(show(old)).toBe('SerialNotHigher');
    expect(here.pinned('east')).toBe(authorities.renewed.certificate);
  });

  it('is remembered longer than it holds', () => {
    begin();
    show(east.farewell());
    here.expire(start + 30 * day);
    here.restart();
    const renewed = author(authorities.renewed);
    expect(show(renewed.claim(['10.0.0.0/24'], start + 30 * day))).toBe('accepted');
  });
});

describe('what leaves its delegation', () => {
  it('by itself ends its subject, since its author no longer says what was in force', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    const bad = east.node('n1', ['10.0.0.0/26'], start, { endpoints: [{ address: '127.0.0.1', port: 1 }] });
    expect(show(bad)).toBe('EndpointUnusable');
    expect(here.inForce('Node', 'east', 'n1')).toBeUndefined();
    expect(show(bad)).toBe('EndpointUnusable');
    here.restart();
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west']);
  });

  it('and waits for another leaves in force what was', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    expect(show(east.node('n1', ['10.0.9.0/26']))).toBe('BlockOutsideCluster');
    expect(here.inForce('Node', 'east', 'n1')?.body.blocks).toEqual(['10.0.0.0/26']);
  });

  it('a claim beyond the slice ends everything of its cluster, and makes no block its own', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    expect(show(east.claim(['10.0.1.0/24', '99.0.0.0/8']))).toBe('BlockOutsideSubnet');
    expect(here.believes()).toEqual(['Cluster/west/west']);
    expect(clusterOf(here.ledger(), 'east').owned).toEqual([]);
    expect(show(west.claim(['10.0.1.0/24']))).toBe('accepted');
    here.restart();
    expect(here.believes()).toEqual(['Cluster/west/west']);
    expect(show(west.claim(['10.0.1.0/24']))).toBe('accepted');
  });

  it('a claim that shrinks ends the nodes outside of it', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    show(east.node('n2', ['10.0.0.128/26']));
    expect(here.show(east.claim(['10.0.0.0/25'])).changes).toHaveLength(2);
    expect(here.believes()).toEqual(['Cluster/east/east', 'Cluster/west/west', 'Node/east/n1']);
  });

  it('a tunnel key belongs to one node, whoever comes later', () => {
    begin();
    show(east.node('n1', ['10.0.0.0/26']));
    const { publicKey } = JSON.parse(east.node('n1', ['10.0.0.0/26']).statement).body;
    expect(show(west.node('n1', ['10.0.1.0/26'], start, { publicKey }))).toBe('KeyTaken');
    here.restart();
    expect(show(west.node('n1', ['10.0.1.0/26'], start, { publicKey }))).toBe('KeyTaken');
    show(east.withdraw('Node', 'n1'));
    expect(show(west.node('n1', ['10.0.1.0/26'], start, { publicKey }))).toBe('accepted');
  });
});

describe('a member at its limits', () => {
  /** East has so many nodes beside n0, in force or ended. */
  const fill = (count: number, inForce: boolean): void => {
    begin();
    show(east.node('n0', ['10.0.0.0/26']));
    const entry = entryOf(here.ledger(), { kind: 'Node', cluster: 'east', subject: 'n0' });
    if (entry === undefined) throw new Error('not accepted');
    const more = Array.from({ length: count }, (_, index) => [`x${index}`, { ...entry, inForce }] as const);
    here.become(withEntries(here.ledger(), { kind: 'Node', cluster: 'east' }, new Map(more), start));
  };

  it('gets no further node, but may end one and restate one', () => {
    fill(budgets.nodes - 1, true);
    expect(here.show(east.node('n1', ['10.0.0.128/26']))).toMatchObject({
      refusal: { code: 'OverBudget' },
      waitsFor: ['Budget/Node/east'],
    });
    expect(show(west.node('n1', ['10.0.1.0/26']))).toBe('accepted');
    expect(show(east.withdraw('Node', 'x1'))).toBe('accepted');
    expect(show(east.node('n1', ['10.0.0.128/26']))).toBe('accepted');
  });

  it('fills no memory with tombstones of ever new names', () => {
    fill(budgets.nodes * budgets.endedPerLimit - 1, false);
    expect(show(east.withdraw('Node', 'n1'))).toBe('OverBudget');
    expect(show(east.node('n1', ['10.0.0.128/26']))).toBe('OverBudget');
    expect(show(east.withdraw('Node', 'n0'))).toBe('accepted');
  });
});

describe('clocks', () => {
  it('of the author an hour ahead or behind change nothing', () => {
    begin();
    expect(show(east.node('n1', ['10.0.0.0/26'], start + hour), start)).toBe('accepted');
    expect(show(east.node('n2', ['10.0.0.64/26'], start - hour), start)).toBe('accepted');
  });

  it('a statement from the future does not hold longer because it is shown again', () => {
    begin();
    const node = east.node('n1', ['10.0.0.0/26'], start + 6 * day);
    show(node, start);
    here.expire(start + 8 * day);
    expect(here.inForce('Node', 'east', 'n1')).toBeUndefined();
    expect(show(node)).toBe('Expired');
  });
});
