import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Author, author, authorityOf, day, start } from '../../../test/exchange/author.ts';
import { type Receiver, receiver } from '../../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { emptyLedger, entryOf } from '../ledger/ledger.ts';
import { statementLifetimeMs } from '../trust/lifetime.ts';
import { recall } from './recall.ts';

let authority: Authority;
let east: Author;
let here: Receiver;

beforeAll(async () => {
  authority = await authorityOf('east');
});
beforeEach(() => {
  east = author(authority);
  here = receiver({ east: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
});
const recalled = (notice: NoticeSpec) => recall(emptyLedger, notice, start, here.context());

describe('a notice that was kept', () => {
  it('is the latest word about its subject, but in force only after it was judged', () => {
    const node = east.node('n1', ['10.0.0.0/26']);
    expect(entryOf(recalled(node) ?? emptyLedger, node)).toMatchObject({ inForce: false, stated: { subject: 'n1' } });
  });

  it.each<[string, (notice: NoticeSpec) => NoticeSpec]>([
    ['cannot be read', (notice) => ({ ...notice, statement: `${notice.statement} ` })],
    ['is of another version', (notice) => ({ ...notice, statement: notice.statement.replace('"version":2', '"version":1') })],
    ['is of an earlier slice', () => author(authority, { sliceUID: 'old' }).node('n1', ['10.0.0.0/26'])],
    ['speaks for another cluster', (notice) => ({ ...notice, cluster: 'west' })],
  ])('is nothing when it %s', (_, change) => {
    expect(recalled(change(east.node('n1', ['10.0.0.0/26'])))).toBeUndefined();
  });

  it('is nothing once an administrator had the authority forgotten', () => {
    here.forget('east');
    here.restart();
    expect(here.ledger()).toEqual(emptyLedger);
    expect(here.kept()).toEqual([]);
  });

  it('does not take the place of a later one', () => {
    const [first, second] = [east.node('n1', ['10.0.0.0/26']), east.node('n1', ['10.0.0.64/26'])];
    const ledger = recall(recalled(second) ?? emptyLedger, first, start, here.context());
    expect(entryOf(ledger ?? emptyLedger, first)?.stated).toMatchObject({ body: { blocks: ['10.0.0.64/26'] } });
  });

  it('holds for a lifetime from now at the most', () => {
    const node = east.node('n1', ['10.0.0.0/26'], start + day);
    expect(entryOf(recalled(node) ?? emptyLedger, node)?.expiresAt).toBe(start + statementLifetimeMs);
  });
});

describe('a restart', () => {
  it('changes nothing', () => {
    here.show(east.node('n1', ['10.0.0.0/26']));
    here.show(east.node('n2', ['10.0.0.64/26']));
    here.show(east.withdraw('Node', 'n2'));
    here.show(east.export());
    const before = here.believes();
    here.restart();
    expect(here.believes()).toEqual(before);
    expect(before).toEqual(['Cluster/east/east', 'Export/east/app-ns/backend', 'Node/east/n1']);
  });

  it('while the hub is away changes nothing either', () => {
    here.show(east.node('n1', ['10.0.0.0/26']));
    here.grant({ east: 'unknown' });
    here.restart();
    expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
  });

  it('ends what is over since', () => {
    here.show(east.node('n1', ['10.0.0.0/26']));
    here.grant({ east: 'ended' });
    here.restart();
    expect(here.believes()).toEqual([]);
  });
});
