import { beforeEach, describe, expect, it } from 'vitest';
import type { NoticeSpec } from '../../../api/notice/type.ts';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import { createController } from '../../../loop/controller.ts';
import { type HandClock, handClock } from '../../../values/fixtures/hand-clock.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import { createAuthorTurns } from './author-turns.ts';
import { type KeepAccepted, keepAccepted } from './keep-accepted.ts';

const notice = (statement: string): NoticeSpec => ({ cluster: 'east', kind: 'Export', subject: 'ns/web', statement, signature: 's' });
const ledgerWith = (latest: NoticeSpec): Ledger =>
  ({
    clusters: new Map([['east', { entries: { Export: new Map([['ns/web', { digest: sha256Hex(latest.statement) }]]) } }]]),
  }) as unknown as Ledger;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

let clock: HandClock;
let ledger: Ledger;
/** What is written, in the order in which the writes end. */
let written: string[];
let open: (() => void)[];
const kept = {
  keep: (spec: NoticeSpec): Promise<void> =>
    new Promise((resolve) => {
      open.push(() => {
        written.push(spec.statement);
        resolve();
      });
    }),
};
const end = async (): Promise<void> => {
  open.shift()?.();
  await turns();
};

beforeEach(() => {
  clock = handClock();
  ledger = emptyLedger;
  written = [];
  open = [];
});

const started = () => {
  const stop = new AbortController();
  const { keeping, controller } = keepAccepted({ ledger: () => ledger, clock }, kept, createAuthorTurns({ burst: 3, perSecond: 1 }));
  void createController({ ...controller, concurrency: 4, clock }).run(stop.signal);
  return { keeping, stop };
};

it('keeps the latest of what came while it wrote, and nothing that is not the latest', async () => {
  const { keeping, stop } = started();
  for (const text of ['1', '2', '3']) {
    ledger = ledgerWith(notice(text));
    keeping.soon(notice(text));
    await turns();
  }
  keeping.soon(notice('0'));
  await end();
  await end();
  expect([written, open]).toEqual([['1', '3'], []]);
  stop.abort();
});

it('keeps an end after what is being written, before it counts, and writes nothing older over it', async () => {
  const { keeping, stop } = started();
  const [older, last] = [notice('1'), notice('end')];
  ledger = ledgerWith(older);
  keeping.soon(older);
  await turns();
  const order: string[] = [];
  const ended = keeping.first(last, stop.signal, async () => {
    order.push('counts');
    ledger = ledgerWith(last);
  });
  await turns();
  expect([open.length, written]).toEqual([1, []]);
  await end();
  // It is being kept and does not count yet: the older one is still the latest word.
  keeping.soon(older);
  await turns();
  expect(open.length).toBe(1);
  await end();
  await ended;
  await turns();
  expect([written, order, open]).toEqual([['1', 'end'], ['counts'], []]);
  stop.abort();
});

it('an end is kept though the write before it failed', async () => {
  const failing = {
    keep: (spec: NoticeSpec): Promise<void> => (spec.statement === '1' ? Promise.reject(new Error('no')) : kept.keep(spec)),
  };
  const { keeping, controller } = keepAccepted({ ledger: () => ledger, clock }, failing, createAuthorTurns({ burst: 3, perSecond: 1 }));
  ledger = ledgerWith(notice('1'));
  keeping.soon(notice('1'));
  await expect(controller.reconcile('Export/east/ns/web', new AbortController().signal)).rejects.toThrow('no');
  const ended = keeping.first(notice('end'), new AbortController().signal, async () => 'done');
  await turns();
  await end();
  expect(await ended).toBe('done');
  expect(written).toEqual(['end']);
});

describe('an author that changes its exports without a pause', () => {
  const change = async (keeping: KeepAccepted, spec: NoticeSpec): Promise<void> => {
    ledger = ledgerWith(spec);
    keeping.soon(spec);
    await clock.pass(0);
    await end();
  };

  it('has the newest of each stored at the rate of its follow-up writes', async () => {
    const { keeping, stop } = started();
    for (let count = 1; count <= 60; count += 1) {
      await change(keeping, notice(String(count)));
      await clock.pass(100);
    }
    expect(written.length).toBeGreaterThan(6);
    expect(written.length).toBeLessThanOrEqual(3 + 6 + 1);
    await clock.pass(1_000);
    await end();
    expect(written.at(-1)).toBe('60');
    stop.abort();
  });

  it('has an end stored at once', async () => {
    const { keeping, stop } = started();
    for (let count = 1; count <= 10; count += 1) await change(keeping, notice(String(count)));
    const ended = keeping.first(notice('end'), stop.signal, async () => void (ledger = ledgerWith(notice('end'))));
    await turns();
    await end();
    await ended;
    expect(written.at(-1)).toBe('end');
    await clock.pass(60_000);
    expect([written.at(-1), open]).toEqual(['end', []]);
    stop.abort();
  });
});
