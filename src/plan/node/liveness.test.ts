import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judge, linkReason, lossPercent, newLink, withProbe } from './liveness.ts';

const answeredAt = (now: number) => withProbe(newLink(0), 2, now);

it.each([
  [0, 'Up'],
  [2_999, 'Up'],
  [3_000, 'Suspect'],
  [4_499, 'Suspect'],
  [4_500, 'Down'],
  [1_000_000, 'Down'],
])('after %i ms of silence a link is %s', (silence, state) => {
  expect(judge(answeredAt(1_000), 1_000 + silence).state).toBe(state);
});

it('is pending until the first answer, and up at once with it', () => {
  const silent = withProbe(newLink(0), undefined, 60_000);
  expect(silent).toMatchObject({ state: 'Pending', since: 0 });
  expect(withProbe(silent, 1, 61_000)).toMatchObject({ state: 'Up', since: 61_000 });
});

it('waits longer where probes are seldom', () => {
  expect(judge(answeredAt(0), 10_000, 5_000).state).toBe('Up');
  expect(judge(answeredAt(0), 15_000, 5_000).state).toBe('Suspect');
  expect(withProbe(answeredAt(0), undefined, 10_000, 5_000).state).toBe('Up');
});

it('tells since when, and comes back at once', () => {
  const down = judge(answeredAt(1_000), 9_000);
  expect(down.since).toBe(9_000);
  expect(judge(down, 12_000)).toBe(down);
  expect(withProbe(down, 1, 13_000)).toMatchObject({ state: 'Up', since: 13_000 });
});

it('counts loss over the last twenty probes', () => {
  let link = newLink(0);
  expect(lossPercent(link)).toBeUndefined();
  for (let probe = 0; probe < 30; probe++) link = withProbe(link, probe < 25 ? 1 : undefined, probe * 1_000);
  expect(lossPercent(link)).toBe(25);
});

it('gives the evidence', () => {
  expect(linkReason(newLink(0), 0, undefined)).toMatch(/no WireGuard handshake was ever completed.*UDP to its endpoint is blocked/);
  expect(linkReason(judge(answeredAt(0), 9_000), 9_000, 12)).toBe(
    'No probe through the tunnel was answered for 9 s; the last WireGuard handshake was 12 s ago.',
  );
});

it('is up exactly when an answer is recent, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.boolean()), { minLength: 1 }), (probes) => {
      let now = 0;
      let last: number | undefined;
      let link = newLink(0);
      for (const [wait, answered] of probes) {
        now += wait;
        link = withProbe(link, answered ? 1 : undefined, now);
        if (answered) last = now;
      }
      expect(link.state === 'Up').toBe(last !== undefined && now - last < 3_000);
    }),
  );
});
