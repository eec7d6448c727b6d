import { describe, expect, it } from 'vitest';
import { author, authorityOf, nodeBody } from '../../../../test/exchange/author.ts';
import { budgets } from '../../../api/budgets.ts';
import { maxNotices, type Notice, type NoticeSpec, noticeSlotName } from '../../../api/notice/type.ts';
import { createEntry } from '../../../exchange/ledger/entry.ts';
import { emptyLedger, withEntries } from '../../../exchange/ledger/ledger.ts';
import { noOrders } from '../../../exchange/trust/authority-orders.ts';
import { draftStatement } from '../../../exchange/trust/issue.ts';
import { createRootReader } from '../../../identity/root-reader.ts';
import { createController } from '../../../loop/controller.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import type { Session } from '../session/session.ts';
import { createAuthorTurns } from './author-turns.ts';
import { createBelief } from './belief.ts';
import { createPassedOn } from './passed-on.ts';
import { receiver } from './receive.ts';
import { createRefusals } from './refusals.ts';

const board = 'kubeslice-exchange-1';

const grant = { exchangeNamespace: board, project: 'default', slice: 'app', sliceUID: 'u', sliceSubnet: '10.0.0.0/16' };
const unsigned = (cluster: string): NoticeSpec => ({ cluster, kind: 'Export', subject: 'app-ns/web', statement: '{}', signature: 's' });

/** A receiver on a board, with nothing else around it; `read` are the names of the notices that were judged. */
const receiving = (clock: HandClock, more: object = {}) => {
  const notices = new Map<string, Notice>();
  const changes = createEmitter<{ readonly object: Notice }>();
  const none = createEmitter();
  const session = {
    hub: { cluster: 'here', namespace: 'default' },
    grant,
    sliceNamespaces: [],
    board: { get: (key: string) => notices.get(key), subscribe: changes.subscribe },
    members: { isSynced: () => true, get: () => undefined, subscribe: none.subscribe },
    trust: { rootOf: () => undefined, orders: () => noOrders },
    local: { notices: { byIndex: () => [], subscribe: none.subscribe } },
    statements: createBelief(),
    ledger: () => session.statements.ledger(),
    grantChanges: none,
    hubWasAway: () => false,
    clock,
    ...more,
  } as unknown as Session;
  const read: string[] = [];
  const parts = {
    keeping: { soon: () => undefined, first: async <T>(_: unknown, __: unknown, task: () => Promise<T>): Promise<T> => task() },
    refusals: createRefusals(clock),
    passedOn: createPassedOn(),
    turns: createAuthorTurns(budgets.reads),
    onRead: (name: string) => void read.push(name),
  };
  const controller = createController({ ...receiver(session, parts), concurrency: 4, clock });
  const ending = new AbortController();
  const ended = controller.run(ending.signal);
  return {
    read,
    statements: session.statements,
    refusals: () => parts.refusals.list(99_999),
    show: (cluster: string, slot: number, spec: NoticeSpec = unsigned(cluster)): void => {
      const metadata = { name: noticeSlotName(cluster, slot), namespace: board };
      const object: Notice = { apiVersion: 'exchange.kubeslice.io/v1alpha1', kind: 'Notice', metadata, spec };
      notices.set(`${board}/${metadata.name}`, object);
      changes.emit({ object });
    },
    end: async (): Promise<void> => {
      ending.abort();
      await ended;
    },
  };
};

describe('a member that writes without a pause', () => {
  it('is read at its rate, and nobody else waits for it', async () => {
    const clock = handClock();
    const { read, show, end } = receiving(clock);
    const of = (cluster: string): number => read.filter((name) => name.startsWith(`${cluster}.`)).length;
    const flood = async (seconds: number): Promise<void> => {
      for (let tick = 0; tick < seconds * 10; tick += 1) {
        for (let slot = 0; slot < maxNotices; slot += 7) show('east', slot);
        await clock.pass(100);
      }
    };
    await flood(10);
    const first = of('east');
    expect(first).toBeLessThanOrEqual(budgets.reads.burst + 10 * budgets.reads.perSecond + 1);
    await flood(5);
    expect(of('east') - first).toBeLessThanOrEqual(5 * budgets.reads.perSecond + 1);
    expect(of('east') - first).toBeGreaterThan(5 * budgets.reads.perSecond * 0.9);
    // In the midst of it another member changes something: it is read without any time going by.
    for (let slot = 0; slot < maxNotices; slot += 1) show('east', slot);
    show('west', 5);
    await clock.pass(0);
    expect(of('west')).toBe(1);
    await end();
  });

  it('has its newest content judged when its turn comes, and is not forgotten', async () => {
    const clock = handClock();
    const { read, show, end } = receiving(clock);
    for (let round = 0; round < 3; round += 1) {
      for (let slot = 0; slot < maxNotices; slot += 1) show('east', slot);
      await clock.pass(0);
    }
    show('east', 1);
    const before = read.length;
    await clock.pass(60_000);
    expect(read.length).toBeGreaterThan(before);
    expect(read.length).toBeGreaterThan(budgets.reads.burst);
    expect(new Set(read).size).toBe(maxNotices);
    await end();
  });
});

it('judges what is over a budget again when there is room, and not at each change of a member that is at its limit', async () => {
  const clock = handClock();
  const authority = await authorityOf('east', clock.now());
  const { issue } = author(authority, { sliceUID: 'u' });
  const statementOf = (subject: string) =>
    issue('Node', subject, nodeBody(subject, ['10.0.0.0/26']), clock.now(), { slice: 'app', sliceUID: 'u' });
  const { read, show, statements, refusals, end } = receiving(clock, {
    trust: { rootOf: () => authority.certificate, orders: () => noOrders, readRoot: createRootReader() },
    members: {
      isSynced: () => true,
      get: () => ({
        metadata: { name: 'app.east' },
        spec: { ...grant, sliceUID: 'u', cluster: 'east', namespaces: [], blocks: ['10.0.0.0/24'], driver: 'Auto' },
      }),
      subscribe: createEmitter().subscribe,
    },
  });
  const stated = draftStatement(
    { cluster: 'east', project: 'default' },
    { kind: 'Node', subject: 'n0', body: nodeBody('n0', ['10.0.0.0/26']), serial: 1, slice: 'app', sliceUID: 'u' },
    clock.now(),
  );
  const entry = { ...createEntry(stated, '', clock.now() + 3_600_000, []), inForce: true };
  const about = { kind: 'Node', cluster: 'east' } as const;
  const full = Array.from({ length: budgets.nodes }, (_, index) => [`n${index}`, entry] as const);
  statements.become(withEntries(emptyLedger, about, new Map(full), clock.now()), []);
  for (let slot = 3; slot < 10; slot += 1) show('east', slot, statementOf(`more-${slot}`));
  await clock.pass(0);
  expect(new Set(refusals()).size).toBe(7);
  expect(refusals()[0]).toContain('publishes more than 1000 statements about Node');
  expect(read).toHaveLength(7);
  for (let count = 0; count < 5; count += 1) {
    statements.become(statements.ledger(), [{ ...about, subject: 'n0' }]);
    await clock.pass(0);
  }
  expect(read).toHaveLength(7);
  statements.become(withEntries(statements.ledger(), about, new Map([['n0', { ...entry, inForce: false }]]), clock.now()), [
    { ...about, subject: 'n0' },
  ]);
  await clock.pass(0);
  expect(read).toHaveLength(14);
  await end();
});

it('reports another authority of a cluster when it is still presented after a moment', async () => {
  const clock = handClock();
  const [pinned, other] = [await authorityOf('east', clock.now()), await authorityOf('east', clock.now())];
  const reported: string[] = [];
  const trust = {
    rootOf: () => pinned.certificate,
    orders: () => noOrders,
    readRoot: createRootReader(),
    refused: (why: string) => void reported.push(why),
  };
  const { show, end } = receiving(clock, { trust });
  const claim = author(other, { sliceUID: 'u' }).issue('Cluster', 'east', { caCertificate: other.certificate, blocks: [] }, clock.now(), {
    slice: 'app',
    sliceUID: 'u',
  });
  show('east', 0, claim);
  await clock.pass(1_000);
  expect(reported).toEqual([]);
  await clock.pass(1_500);
  expect(reported).toEqual([expect.stringContaining(other.fingerprint)]);
  await end();
});
