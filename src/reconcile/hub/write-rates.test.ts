import { expect, it } from 'vitest';
import { budgets } from '../../api/budgets.ts';
import { weightLabel } from '../../api/labels.ts';
import type { Change } from '../../kubernetes/mirror.ts';
import { createEmitter } from '../../loop/emitter.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { createWriteRates } from './write-rates.ts';

/** How something is written. */
interface Written {
  readonly board?: string;
  readonly initial?: boolean;
  readonly type?: 'updated' | 'deleted';
  readonly weight?: string | null;
}

const notices = () => {
  const clock = handClock();
  const changes = createEmitter<Change<KubernetesObject>>();
  const rates = createWriteRates(clock);
  const ending = new AbortController();
  rates.follow(changes, ending.signal);
  const seen: string[] = [];
  rates.subscribe(({ cluster, board }) => seen.push(`${board}/${cluster}`));
  const write = (name: string, count: number, { board = 'board', initial = false, type = 'updated', weight = '1' }: Written = {}): void => {
    const object = {
      apiVersion: 'v1',
      kind: 'Notice',
      metadata: { name, namespace: board, labels: weight === null ? {} : { [weightLabel]: weight } },
    };
    for (let index = 0; index < count; index += 1) changes.emit({ type, key: `${board}/${name}`, object, initial });
  };
  return { clock, rates, seen, write, stop: () => ending.abort() };
};

it('suspends the member that writes too fast, on that board alone, and for a time', () => {
  const { clock, rates, seen, write } = notices();
  write('mallory.7', budgets.reads.burst / 2);
  write('mallory.8', budgets.reads.burst / 2);
  write('east.1', budgets.reads.burst);
  write('mallory.7', budgets.reads.burst, { board: 'other' });
  expect(rates.suspensions()).toEqual([]);
  write('mallory.7', 1);
  expect(rates.suspensions()).toEqual([{ cluster: 'mallory', board: 'board', until: clock.now() + 300_000 }]);
  write('mallory.7', 1_000);
  clock.advance(299_999);
  expect(rates.suspensions()).toHaveLength(1);
  clock.advance(1);
  expect(rates.suspensions()).toEqual([]);
  expect(seen).toEqual(['board/mallory', 'board/mallory']);
});

it.each([
  ['of 32 KiB', '9', 9],
  ['that does not say how large it is', null, 9],
  ['that is small', '1', 1],
])('counts a notice %s as often as it weighs', (_, weight, times) => {
  const { rates, write } = notices();
  const most = Math.floor(budgets.reads.burst / times);
  write('mallory.7', most, { weight });
  expect(rates.suspensions()).toEqual([]);
  write('mallory.7', 1, { weight });
  expect(rates.suspensions()).toHaveLength(1);
});

it('does not count what was there before', () => {
  const { rates, write } = notices();
  write('east.1', 2 * budgets.reads.burst, { initial: true });
  expect(rates.suspensions()).toEqual([]);
});

it('forgets boards and members that are gone, and nobody who is suspended', () => {
  const { clock, rates, write } = notices();
  write('mallory.7', budgets.reads.burst + 1);
  for (let slice = 0; slice < 1_000; slice += 1) {
    write('east.1', 10, { board: `slice-${slice}` });
    clock.advance(1_000);
  }
  expect(rates.size).toBeLessThan(200);
  clock.advance(3_600_000);
  // The second time lasts twice as long, since the first is remembered.
  write('mallory.7', budgets.reads.burst + 1);
  expect(rates.suspensions()).toEqual([{ cluster: 'mallory', board: 'board', until: clock.now() + 600_000 }]);
});

it('forgets a member that is removed, with its suspension', () => {
  const { clock, rates, seen, write } = notices();
  write('mallory.7', budgets.reads.burst + 1);
  rates.forget('mallory', ['other', 'board']);
  expect([rates.suspensions(), rates.size, seen]).toEqual([[], 0, ['board/mallory', 'board/mallory']]);
  write('mallory.7', budgets.reads.burst);
  expect(rates.suspensions()).toEqual([]);
  clock.advance(300_000);
  expect(seen).toHaveLength(2);
});

it("counts no deletion: those of a cluster that leaves are the controller's, and another may join under its name", () => {
  const { rates, write } = notices();
  write('east.1', budgets.reads.burst, { type: 'deleted' });
  write('east.1', budgets.reads.burst);
  expect(rates.suspensions()).toEqual([]);
});

it('waits for no end of a suspension once its controller leads no longer', () => {
  const { clock, rates, seen, write, stop } = notices();
  write('mallory.7', budgets.reads.burst + 1);
  expect(rates.suspensions()).toHaveLength(1);
  stop();
  expect(rates.suspensions()).toEqual([]);
  clock.advance(600_000);
  expect(seen).toEqual(['board/mallory']);
  write('mallory.7', budgets.reads.burst + 1);
  expect(rates.suspensions()).toEqual([]);
});
