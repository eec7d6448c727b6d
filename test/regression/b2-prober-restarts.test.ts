import { expect, it } from 'vitest';
import { answered, type LinkHistory, newLink } from '../../src/plan/links/liveness.ts';
import { planProbes, tickMs } from '../../src/plan/links/probe-schedule.ts';

/** The same numbers at each run: a linear congruential generator. */
const numbers = (): (() => number) => {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
};

interface Scene {
  readonly peers: number;
  /** A peer joins this often. */
  readonly joinEveryMs: number;
  readonly seconds: number;
  /** Share of the round trips that are lost. */
  readonly loss: number;
  /** The peers that die, and when; whole clusters die at one moment. */
  readonly dies: (peer: number) => number | undefined;
}

/** Plays a node that watches peers; returns when each was first called Down, and how many probes it sent. */
const play = ({ peers, joinEveryMs, seconds, loss, dies }: Scene) => {
  const random = numbers();
  const links = new Map<string, LinkHistory>(Array.from({ length: peers }, (_, peer) => [`${peer}`, newLink(0)]));
  const down = new Map<number, number>();
  const flying: { readonly at: number; readonly name: string; readonly rtt: number }[] = [];
  let [joined, sent] = [peers, 0];
  for (let now = 0; now < seconds * 1_000; now += tickMs) {
    if (now > 0 && now % joinEveryMs === 0) links.set(`${joined++}`, newLink(now));
    for (const { name, rtt } of flying.splice(0)) {
      const link = links.get(name);
      if (link !== undefined) links.set(name, answered(link, rtt, now, random()));
    }
    const { changed, ask } = planProbes(links, now, tickMs);
    for (const [name, link] of changed) {
      links.set(name, link);
      if (link.state === 'Down' && !down.has(Number(name))) down.set(Number(name), now);
    }
    sent += ask.length;
    for (const name of ask) {
      const dead = dies(Number(name));
      if ((dead === undefined || now < dead) && random() >= loss) flying.push({ at: now, name, rtt: 20 });
    }
  }
  return { down, sent, joined };
};

it('calls no living peer Down among 1,000 with one join a second, and a dead one within 5 s', () => {
  const { down, sent } = play({
    peers: 1_000,
    joinEveryMs: 1_000,
    seconds: 60,
    loss: 0.01,
    // One peer every second, the late ones among them, from the tenth second on.
    dies: (peer) => (peer % 25 === 0 && peer < 1_025 ? 10_000 + peer * 40 : undefined),
  });
  const dead = Array.from({ length: 41 }, (_, index) => index * 25).filter((peer) => 10_000 + peer * 40 < 55_000);
  expect([...down.keys()].filter((peer) => peer % 25 !== 0 || peer >= 1_025)).toEqual([]);
  for (const peer of dead) expect(down.get(peer)).toBeLessThanOrEqual(10_000 + peer * 40 + 4_700);
  // Some 550 a second at rest.
  expect(sent / 60).toBeLessThan(700);
});

it('finds a cluster of 500 of 1,000 peers dead within 5 s, and the others alive, under joins of five a second', () => {
  const { down } = play({ peers: 1_000, joinEveryMs: 200, seconds: 40, loss: 0, dies: (peer) => (peer < 500 ? 20_000 : undefined) });
  expect(down.size).toBe(500);
  for (const [peer, at] of down) {
    expect(peer).toBeLessThan(500);
    expect(at).toBeLessThanOrEqual(25_000);
  }
});

it('calls nobody Down because of 10,000 peers, more than it can ask in time', () => {
  expect(play({ peers: 10_000, joinEveryMs: 1_000, seconds: 15, loss: 0, dies: () => undefined }).down.size).toBe(0);
});
