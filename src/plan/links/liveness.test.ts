import { describe, expect, it } from 'vitest';
import { answered, excused, judge, type LinkHistory, linkReason, lossPercent, newLink, probed, received } from './liveness.ts';

/** A link that answered at 0 and was asked at these times since. */
const asked = (...times: readonly number[]): LinkHistory => times.reduce(probed, answered(probed(newLink(-10), -10), 2, 0, 0));
const first = (...times: readonly number[]): LinkHistory => times.reduce(probed, newLink(0));

describe('the state of a link', () => {
  it.each<[string, LinkHistory, number, LinkHistory['state']]>([
    ['answered, not asked since', asked(), 1_000_000, 'Up'],
    ['asked just now', asked(2_000), 2_999, 'Up'],
    ['without an answer for 1 s', asked(2_000, 2_500), 3_000, 'Suspect'],
    ['without an answer for 2.5 s', asked(2_000, 2_500, 3_000), 4_499, 'Suspect'],
    ['and longer', asked(2_000, 2_500, 3_000), 4_500, 'Down'],
    ['asked too seldom to know', asked(2_000, 2_500), 60_000, 'Suspect'],
    ['never asked', newLink(0), 60_000, 'Pending'],
    ['never answered, for less than 4.5 s', first(0, 500, 1_000), 4_499, 'Pending'],
    ['never answered, for longer', first(0, 500, 1_000), 4_500, 'Down'],
    ['never answered, asked too seldom to know', first(0, 500), 60_000, 'Pending'],
  ])('%s', (_, link, now, state) => {
    expect(judge(link, now).state).toBe(state);
  });

  it('is up at once with an answer, and tells since when', () => {
    const down = judge(asked(2_000, 2_500, 3_000), 5_000);
    expect(down).toMatchObject({ state: 'Down', since: 5_000 });
    expect(judge(down, 9_000)).toBe(down);
    expect(answered(down, 1, 13_000, 0)).toMatchObject({ state: 'Up', since: 13_000 });
  });

  it('of a peer that never answered counts from when it is known', () => {
    expect(judge(first(0, 500, 1_000), 6_000)).toMatchObject({ state: 'Down', since: 0 });
  });

  it('is not judged by a time in which nobody listened', () => {
    expect(judge(excused(asked(2_000, 2_500, 3_000), 60_000), 63_500).state).toBe('Suspect');
    expect(judge(excused(first(0, 500, 1_000), 60_000), 64_000).state).toBe('Pending');
  });
});

describe('the next probe', () => {
  it('is due 1.6 to 2 s after an answer', () => {
    expect([0, 1].map((random) => answered(newLink(0), 2, 100, random).nextAt)).toEqual([2_100, 1_700]);
  });

  it('is due half a second after one without an answer, later over long ways, and each second to who is Down', () => {
    expect(asked(2_000).nextAt).toBe(2_500);
    expect(probed(answered(newLink(0), 900, 0, 0), 2_000).nextAt).toBe(3_350);
    expect(probed(judge(asked(2_000, 2_500, 3_000), 5_000), 5_000).nextAt).toBe(6_000);
  });

  it('waits while the tunnel hears of the peer, but for no more than 10 s, and not while an answer is missing', () => {
    expect(received(asked(), 1_500).nextAt).toBe(3_500);
    expect(received(asked(), 9_500).nextAt).toBe(10_000);
    const waiting = asked(2_000);
    expect(received(waiting, 2_100)).toBe(waiting);
    const unknown = newLink(0);
    expect(received(unknown, 1)).toBe(unknown);
  });
});

it('counts loss over the last twenty probes', () => {
  let link = newLink(0);
  expect(lossPercent(link)).toBeUndefined();
  for (let probe = 0; probe < 30; probe++) {
    link = probed(link, probe * 1_000);
    if (probe < 25) link = answered(link, 1, probe * 1_000, 0);
  }
  expect(lossPercent(link)).toBe(20);
});

it('gives the evidence, the same as long as the state is', () => {
  const at = (ms: number): Date => new Date(ms);
  expect(linkReason(newLink(0), at, undefined)).toMatch(/no WireGuard handshake was ever completed.*UDP to its endpoint is blocked/);
  const down = judge(asked(2_000, 2_500, 3_000), 5_000);
  expect(linkReason(down, at, new Date(60_000))).toBe(
    'No probe through the tunnel was answered since 1970-01-01T00:00:00Z; the last WireGuard handshake was at 1970-01-01T00:01:00Z.',
  );
  expect(linkReason(judge(down, 90_000), at, undefined)).toBe(linkReason(down, at, undefined));
});
