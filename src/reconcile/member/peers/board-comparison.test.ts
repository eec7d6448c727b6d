import { expect, it } from 'vitest';
import { author, authorityOf, start } from '../../../../test/exchange/author.ts';
import { receiver } from '../../../../test/exchange/receiver.ts';
import type { Notice, NoticeSpec } from '../../../api/notice/type.ts';
import { refKey } from '../../../exchange/ledger/ledger.ts';
import { headsOf } from '../../../exchange/notice/heads.ts';
import { pageAfter } from '../../../exchange/notice/notice-page.ts';
import type { Change } from '../../../kubernetes/mirror.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { sleep } from '../../../values/clock.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import type { Session } from '../session/session.ts';
import { createBoardComparison } from './board-comparison.ts';

const east = author(await authorityOf('east'));
const claim = east.claim(['10.0.0.0/24']);
const node = east.node('n1', ['10.0.0.0/26']);

/** A reader whose board shows some notices of east, which offers others. */
const compare = (board: NoticeSpec[], offers: NoticeSpec[]) => {
  const clock = handClock(start);
  const here = receiver({ east: ['10.0.0.0/24'] });
  for (const notice of board) here.show(notice);
  const changes = createEmitter<Change<Notice>>();
  const shown = (spec: NoticeSpec): Notice => ({ metadata: { name: refKey(spec) }, spec }) as Notice;
  const show = (notices: NoticeSpec[]): void => {
    for (const spec of state.board) changes.emit({ type: 'deleted', key: refKey(spec), object: shown(spec), initial: false });
    for (const spec of notices) changes.emit({ type: 'added', key: refKey(spec), object: shown(spec), initial: false });
    state.board = notices;
  };
  const state = { board: [] as NoticeSpec[], offers, staleSince: undefined as number | undefined, digest: undefined as string | undefined };
  const asked = { heads: 0, pages: 0 };
  const placed = () => state.offers.map((spec, index) => ({ position: index + 1, spec }));
  const session = {
    slice: 'app',
    hub: { cluster: 'here' },
    clock,
    ledger: here.ledger,
    board: {
      staleSince: () => state.staleSince,
      isSynced: () => true,
      byIndex: () => state.board.map(shown),
      subscribe: changes.subscribe,
    },
    local: {
      log: quietLog,
      sliceNodes: { byIndex: () => [{ spec: { node: 'node' } }] },
      nodes: { get: () => ({ status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }) },
    },
  } as unknown as Session;
  const comparison = createBoardComparison(session, {
    random: () => 0.5,
    positions: new Map(),
    onNotice: (spec) => void here.show(spec),
    ask: async (_, { after }) => {
      asked.pages += 1;
      return pageAfter(placed(), after);
    },
    askHeads: async () => {
      asked.heads += 1;
      const heads = headsOf(placed());
      return state.digest === undefined ? heads : { ...heads, digest: state.digest };
    },
  });
  const ending = new AbortController();
  const running = comparison.run(ending.signal);
  show(board);
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return { clock, comparison, state, show, asked, here, end };
};
const names = ({ comparison }: ReturnType<typeof compare>) => comparison.withheld().map(({ cluster }) => cluster);

it('asks one member for a summary every 10 s, and reads nothing, while the board shows what is offered', async () => {
  const one = compare([claim, node], [claim, node]);
  await one.clock.pass(60_000);
  expect(one.asked).toEqual({ heads: 6, pages: 0 });
  await one.end();
});

it('reads what the board lacks, and holds it against the hub when it still lacks it 10 s later, until it does not', async () => {
  const one = compare([claim], [claim, node]);
  await one.clock.pass(13_001);
  expect(one.here.inForce('Node', 'east', 'n1')).toBeDefined();
  expect(names(one)).toEqual([]);
  await one.clock.pass(12_000);
  expect(names(one)).toEqual(['east']);
  expect(one.comparison.withheld()[0]?.since).toBeGreaterThan(start + 11_000);
  one.show([claim, node]);
  await one.clock.pass(2_000);
  expect(names(one)).toEqual([]);
  await one.end();
});

it('takes no change on its way for a withheld one', async () => {
  const one = compare([claim], [claim, node]);
  await one.clock.pass(10_001);
  one.show([claim, node]);
  await one.clock.pass(60_000);
  expect([names(one), one.asked.pages]).toEqual([[], 0]);
  await one.end();
});

it('does not believe a member that only says that it offers something else, and reads it ever more seldom', async () => {
  const one = compare([claim, node], [claim, node]);
  one.state.digest = '0'.repeat(64);
  await one.clock.pass(3_600_000);
  expect(names(one)).toEqual([]);
  expect(one.asked.pages).toBeLessThan(15);
  await one.end();
});

it('nor one that offers what nobody signed', async () => {
  const one = compare([claim], [claim, { ...node, signature: claim.signature }]);
  await one.clock.pass(120_000);
  expect(names(one)).toEqual([]);
  await one.end();
});

it('asks nobody while the hub is away: then all are read', async () => {
  const one = compare([claim], [claim, node]);
  one.state.staleSince = 1;
  await one.clock.pass(60_000);
  expect(one.asked).toEqual({ heads: 0, pages: 0 });
  await one.end();
});

/** A reader of so many other members; the board hides from it what one of them has changed, the others offer what it shows. */
const among = async (count: number, hides: boolean) => {
  const authors = await Promise.all(Array.from({ length: count }, async (_, index) => author(await authorityOf(`c${index}`))));
  const block = (index: number): string => `10.0.${index}.0/24`;
  const offers = new Map<string, NoticeSpec[]>();
  for (const [index, one] of authors.entries())
    offers.set(`c${index}`, [one.claim([block(index)]), one.node('n1', [block(index).replace('/24', '/26')])]);
  const clock = handClock(start);
  const here = receiver(Object.fromEntries(authors.map((_, index) => [`c${index}`, [block(index)]])));
  const board = createEmitter<Change<Notice>>();
  const shown = new Map<string, Notice[]>();
  const asked = new Map<string, number>();
  const session = {
    slice: 'app',
    hub: { cluster: 'here' },
    clock,
    ledger: here.ledger,
    board: {
      staleSince: () => undefined,
      isSynced: () => true,
      byIndex: (_: string, cluster: string) => shown.get(cluster) ?? [],
      subscribe: board.subscribe,
    },
    local: {
      log: quietLog,
      sliceNodes: { byIndex: () => [{ spec: { node: 'node' } }] },
      nodes: { get: () => ({ status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }) },
    },
  } as unknown as Session;
  const placed = (cluster: string) => (offers.get(cluster) ?? []).map((spec, index) => ({ position: index + 1, spec }));
  const comparison = createBoardComparison(session, {
    random: () => 0.5,
    positions: new Map(),
    onNotice: (spec) => void here.show(spec),
    ask: async (_, { cluster, after }) => pageAfter(placed(cluster), after),
    askHeads: async (_, { cluster, after, waitMs }, signal) => {
      asked.set(cluster, (asked.get(cluster) ?? 0) + 1);
      const heads = headsOf(placed(cluster));
      if (heads.position === after && waitMs > 0) await sleep(clock, waitMs, signal);
      return headsOf(placed(cluster));
    },
  });
  const ending = new AbortController();
  const running = comparison.run(ending.signal);
  for (const [cluster, specs] of offers) {
    const notices = specs.map((spec) => ({ metadata: { name: refKey(spec) }, spec }) as Notice);
    shown.set(cluster, notices);
    for (const [index, object] of notices.entries()) {
      here.show(object.spec);
      board.emit({ type: 'added', key: `${cluster}/${index}`, object, initial: true });
    }
  }
  if (hides) offers.get('c3')?.push(authors[3]?.node('n2', [block(3).replace('.0/24', '.64/26')]) as NoticeSpec);
  return {
    clock,
    comparison,
    asked,
    end: async () => {
      ending.abort();
      await running;
    },
  };
};

it.each([
  ['sixteen, each of whom is asked all the time', 16, true, 30_000],
  ['seventeen, who are asked in turns', 17, true, 180_000],
  ['seventeen, and nothing is hidden', 17, false, 180_000],
])('finds out that the board hides what one of %s has changed', async (_, count, hides, withinMs) => {
  const one = await among(count, hides);
  await one.clock.pass(withinMs);
  expect(one.comparison.withheld().map(({ cluster }) => cluster)).toEqual(hides ? ['c3'] : []);
  // In turns, a member costs no more than a request in some ten seconds, however many there are.
  const total = [...one.asked.values()].reduce((sum, times) => sum + times, 0);
  if (!hides) expect(total).toBeLessThanOrEqual((2 * withinMs) / 10_000);
  await one.end();
});
