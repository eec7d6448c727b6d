import { expect, it } from 'vitest';
import type { SliceNode } from '../api/slicenode/type.ts';
import type { Change } from '../kubernetes/mirror.ts';
import { followWithdrawals, type Withdrawals } from './withdrawals.ts';

const sliceNode = (slice: string, state: 'Up' | 'Down', rttMs = 1): SliceNode => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: `${slice}.n1`, namespace: 'kubeslice-system' },
  spec: { slice, sliceUID: 'u', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
  status: { links: { 'west/w1': { driver: 'WireGuard', state, reason: 'test', rttMs, since: '2026-01-01T00:00:00Z' } } },
});

/** Follows reports that are told by hand. */
const follow = (only?: string) => {
  const current = new Map<string, SliceNode>();
  const heard: Withdrawals[] = [];
  let tell: (change: Change<SliceNode>) => void = () => undefined;
  const reports = {
    subscribe: (handler: typeof tell) => {
      tell = handler;
      return () => undefined;
    },
    byIndex: (_: string, slice: string) => [current.get(slice)].filter((node) => node !== undefined),
  };
  const stop = followWithdrawals(reports, (decided) => heard.push(decided), only);
  const report = (object: SliceNode): void => {
    const previous = current.get(object.spec.slice);
    current.set(object.spec.slice, object);
    const key = object.metadata.name;
    tell(
      previous === undefined ? { type: 'added', key, object, initial: true } : { type: 'updated', key, object, previous, initial: false },
    );
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { heard, report, settle, stop };
};

it('decides once for each slice that changed, however many reports came', async () => {
  const { heard, report, settle } = follow();
  for (const state of ['Up', 'Down', 'Up', 'Down'] as const) report(sliceNode('a', state));
  report(sliceNode('b', 'Up'));
  await settle();
  expect(heard).toEqual([
    new Map([
      ['a', new Set(['a/west/w1'])],
      ['b', new Set()],
    ]),
  ]);
});

it('decides nothing for measurements, for other slices when one is meant, and after its end', async () => {
  const { heard, report, settle, stop } = follow('a');
  report(sliceNode('b', 'Down'));
  report(sliceNode('a', 'Down'));
  await settle();
  report(sliceNode('a', 'Down', 9));
  await settle();
  expect(heard).toEqual([new Map([['a', new Set(['a/west/w1'])]])]);
  report(sliceNode('a', 'Up'));
  stop();
  await settle();
  expect(heard).toHaveLength(1);
});
