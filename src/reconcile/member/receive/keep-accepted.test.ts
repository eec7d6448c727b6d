import { beforeEach, expect, it } from 'vitest';
import type { NoticeSpec } from '../../../api/notice/type.ts';
import { emptyLedger, type Ledger } from '../../../exchange/ledger/ledger.ts';
import { createController } from '../../../loop/controller.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import { keepAccepted } from './keep-accepted.ts';

const notice = (statement: string): NoticeSpec => ({ cluster: 'east', kind: 'Export', subject: 'ns/web', statement, signature: 's' });
const ledgerWith = (latest: NoticeSpec): Ledger =>
  ({
    clusters: new Map([['east', { entries: { Export: new Map([['ns/web', { digest: sha256Hex(latest.statement) }]]) } }]]),
  }) as unknown as Ledger;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

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
  ledger = emptyLedger;
  written = [];
  open = [];
});

const started = () => {
  const stop = new AbortController();
  const { keeping, controller } = keepAccepted({ ledger: () => ledger }, kept);
  void createController({ ...controller, concurrency: 4 }).run(stop.signal);
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
  const { keeping, controller } = keepAccepted({ ledger: () => ledger }, failing);
  ledger = ledgerWith(notice('1'));
  keeping.soon(notice('1'));
  await expect(controller.reconcile('Export/east/ns/web', new AbortController().signal)).rejects.toThrow('no');
  const ended = keeping.first(notice('end'), new AbortController().signal, async () => 'done');
  await turns();
  await end();
  expect(await ended).toBe('done');
  expect(written).toEqual(['end']);
});
