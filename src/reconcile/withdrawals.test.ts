import { expect, it } from 'vitest';
import type { SliceNode } from '../api/slicenode/type.ts';
import type { Change } from '../kubernetes/mirror.ts';
import { encodeVotes, type Vote } from '../plan/links/link-votes.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { followWithdrawals } from './withdrawals.ts';

/** Follows reports that are told by hand; what was decided is kept as `<slice>: <whether west/w1 is withdrawn>`. */
const follow = (only?: string) => {
  const clock = handClock();
  const current = new Map<string, SliceNode>();
  const decided: string[][] = [];
  let tell: (change: Change<SliceNode>) => void = () => undefined;
  const reports = {
    subscribe: (handler: typeof tell) => {
      tell = handler;
      return () => undefined;
    },
    byIndex: (_: string, slice: string) => [...current.values()].filter(({ spec }) => spec.slice === slice),
  };
  const stop = followWithdrawals(
    reports,
    clock,
    (news) => decided.push([...news].map(([slice, withdrawn]) => `${slice}: ${withdrawn.has('west', 'w1')}`)),
    only,
  );
  let beats = 0;
  const report = (slice: string, node: string, vote: Vote, { initial = false, rtt = 1, beat = true } = {}): void => {
    beats += beat ? 1 : 0;
    const object: SliceNode = {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'SliceNode',
      metadata: { name: `${slice}.${node}`, namespace: 'kubeslice-system' },
      spec: { slice, sliceUID: 'u', node, sliceSubnet: '10.0.0.0/16', blocks: [], driver: 'Auto' },
      // West has a second node, so that what most nodes are is not what this one is.
      status: {
        links: {
          observedAt: `${beats}`,
          clusters: {
            west: {
              ...encodeVotes(
                new Map<string, Vote>([
                  ['w1', vote],
                  ['w2', 'Up'],
                ]),
              ),
              worstRttMs: rtt,
            },
          },
        },
      },
    };
    const key = object.metadata.name;
    const previous = current.get(key);
    current.set(key, object);
    tell(previous === undefined ? { type: 'added', key, object, initial } : { type: 'updated', key, object, previous, initial });
  };
  const settle = () => clock.pass(0);
  return { decided, report, settle, stop, clock, last: () => decided.at(-1) };
};

it('decides once for each slice that changed, however many reports came', async () => {
  const { decided, report, settle } = follow();
  for (const vote of ['Up', 'Down', 'Up', 'Down'] as const) report('a', 'n1', vote);
  report('b', 'n1', 'Up');
  await settle();
  expect(decided).toEqual([['a: true', 'b: false']]);
});

it('decides nothing for measurements and signs of life, for other slices when one is meant, and after its end', async () => {
  const { decided, report, settle, stop } = follow('a');
  report('b', 'n1', 'Down');
  report('a', 'n1', 'Down');
  await settle();
  report('a', 'n1', 'Down', { rtt: 9 });
  await settle();
  expect(decided).toEqual([['a: true']]);
  report('a', 'n1', 'Up');
  stop();
  await settle();
  expect(decided).toHaveLength(1);
});

it('stops to believe an agent that confirms nothing for 45 s, in all its slices', async () => {
  const { report, settle, clock, last } = follow();
  report('a', 'n1', 'Up');
  report('b', 'n1', 'Up');
  report('a', 'n2', 'Down');
  report('b', 'n2', 'Down');
  await settle();
  expect(last()).toEqual(['a: false', 'b: false']);
  for (let second = 0; second < 50; second += 10) {
    await clock.pass(10_000);
    // One of its objects speaks for all of them.
    report('a', 'n2', 'Down');
  }
  await settle();
  expect(last()).toEqual(['a: true', 'b: true']);
  report('b', 'n1', 'Up');
  await settle();
  expect(last()).toEqual(['b: false', 'a: false'].toSorted());
});

it('gives an agent 20 s to confirm what was there at the start', async () => {
  const { report, settle, clock, last } = follow();
  report('a', 'dead', 'Up', { initial: true });
  report('a', 'n2', 'Down', { initial: true });
  await settle();
  expect(last()).toEqual(['a: false']);
  await clock.pass(14_000);
  report('a', 'n2', 'Down');
  await clock.pass(11_000);
  expect(last()).toEqual(['a: true']);
});

it('keeps what was decided while nobody speaks, as when the API server is away', async () => {
  const { decided, report, settle, clock } = follow();
  report('a', 'n1', 'Down');
  await settle();
  await clock.pass(600_000);
  expect(decided.every(([only]) => only === 'a: true')).toBe(true);
});
