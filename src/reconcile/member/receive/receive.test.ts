import { describe, expect, it } from 'vitest';
import { budgets } from '../../../api/budgets.ts';
import { maxNotices, type Notice, noticeSlotName } from '../../../api/notice/type.ts';
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

/** A receiver on a board, with nothing else around it; `read` are the names of the notices that were judged. */
const receiving = (clock: HandClock) => {
  const notices = new Map<string, Notice>();
  const changes = createEmitter<{ readonly object: Notice }>();
  const none = createEmitter();
  const session = {
    hub: { cluster: 'here', namespace: 'default' },
    grant: { exchangeNamespace: board, project: 'default', slice: 'app', sliceUID: 'u', sliceSubnet: '10.0.0.0/16' },
    sliceNamespaces: [],
    board: { get: (key: string) => notices.get(key), subscribe: changes.subscribe },
    members: { isSynced: () => true, get: () => undefined, subscribe: none.subscribe },
    trust: { rootOf: () => undefined },
    local: { notices: { byIndex: () => [], subscribe: none.subscribe } },
    statements: createBelief(),
    ledger: () => session.statements.ledger(),
    grantChanges: none,
    hubWasAway: () => false,
    clock,
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
    show: (cluster: string, slot: number): void => {
      const metadata = { name: noticeSlotName(cluster, slot), namespace: board };
      const spec = { cluster, kind: 'Export' as const, subject: 'app-ns/web', statement: '{}', signature: 's' };
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
