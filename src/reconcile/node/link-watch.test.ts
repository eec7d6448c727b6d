import { describe, expect, it } from 'vitest';
import type { ProbeAnswer } from '../../kernel/process/probe.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { LinkWatch } from './link-watch.ts';

const network = (peers: readonly number[], netns = 'n'): SliceNetwork =>
  ({
    slice: 'app',
    netns,
    peers: peers.map((peer) => ({ name: `west/w${peer}`, router: `10.0.${peer >> 8}.${peer & 255}`, publicKey: `k${peer}` })),
  }) as unknown as SliceNetwork;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** A watch whose prober runs while `state.runs`, and gets answers from all but the dead. */
const watch = () => {
  const clock = handClock();
  const state = {
    runs: true,
    narrow: false,
    dead: new Set<string>(),
    asked: [] as string[],
    received: 0,
    starts: 0,
    readings: 0,
    roundTripMs: 10,
  };
  const changes: string[] = [];
  let answer: (result: ProbeAnswer) => void = () => undefined;
  const links = new LinkWatch({
    clock,
    random: () => 0,
    program: '',
    observe: async ({ peers }) => {
      state.readings += 1;
      return { publicKey: '', listenPort: 0, peers: peers.map(({ publicKey }) => ({ publicKey, receivedBytes: state.received })) } as never;
    },
    onChange: (slice) => changes.push(slice),
    onKey: (_slice, _peer, key) => key !== 'renewed',
    createProber: ({ onAnswer }) => {
      state.starts += 1;
      answer = onAnswer;
      return {
        get asked() {
          return state.asked.length;
        },
        keep: async () => undefined,
        stop: () => undefined,
        ask: (addresses) => {
          if (!state.runs) return false;
          for (const text of addresses) {
            const probe = state.asked.push(text);
            const [address = '', size] = text.split(' ');
            if (state.dead.has(address) || (state.narrow && size !== undefined)) continue;
            clock.after(state.roundTripMs, () =>
              answer({ address, probe, rttMs: 10, ...(size === undefined ? {} : { size: Number(size) }) }),
            );
          }
          return true;
        },
      };
    },
  });
  let ticks = 0;
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.pass(100);
      links.tick();
      ticks += 1;
      if (ticks % 7 === 0) await links.keep(AbortSignal.timeout(1_000));
    }
  };
  const states = (): (string | undefined)[] => [...links.links('app').values()].map(({ state: each }) => each);
  return { links, state, run, states, clock, changes };
};

describe('the watch over links', () => {
  it('tells of a cluster to which large packets are lost while small ones arrive, and of the end of that', async () => {
    const { links, run, state, changes } = watch();
    await links.aim([{ ...network(range(2)), mtu: 1420 }]);
    await run(3_000);
    expect(links.narrow('app')).toEqual([]);
    state.narrow = true;
    await run(8_000);
    expect(links.narrow('app')).toEqual(['west']);
    expect(state.asked).toContain('10.0.0.1 1420');
    const before = changes.length;
    state.narrow = false;
    await run(2_000);
    expect(links.narrow('app')).toEqual([]);
    expect(changes.length).toBeGreaterThan(before);
  });

  describe('when a closed tunnel is opened', () => {
    const tunnels = (publicKey: string, presharedKey?: string): SliceNetwork[] => {
      const { peers, ...rest } = network([1]);
      const tunnel = presharedKey === undefined ? { isClosed: true as const } : { presharedKey };
      return [{ ...rest, publicKey, peers: peers.map((peer) => ({ ...peer, ...tunnel })) }];
    };

    it.each([
      ['at once when its key is the larger one', 'a', 1, 1],
      ['a little later when its key is the smaller one', 'z', 0, 1],
    ])('probes the peer %s', async (_, own, soon, later) => {
      const { links, run, state } = watch();
      const probes = (): number => state.asked.filter((each) => each === '10.0.0.1').length;
      await links.aim(tunnels(own));
      await run(200);
      expect(probes()).toBe(1);
      await links.aim(tunnels(own, 'K'));
      await run(200);
      expect(probes()).toBe(1 + soon);
      await links.aim(tunnels(own, 'K'));
      await links.aim(tunnels(own, 'renewed'));
      await run(700);
      expect(probes()).toBe(1 + later);
    });

    it('takes an answer to an earlier probe for none', async () => {
      const { links, run, state, states, clock } = watch();
      state.roundTripMs = 300;
      await links.aim(tunnels('a'));
      await run(100);
      const opened = clock.monotonic();
      await links.aim(tunnels('a', 'K'));
      await run(200);
      expect(states()).toEqual(['Pending']);
      await run(200);
      expect(links.links('app').get('west/w1')?.lastAnswer).toBeGreaterThanOrEqual(opened + 300);
    });
  });

  it('keeps what it knows of peers when others come and go', async () => {
    const { links, run, states, state } = watch();
    await links.aim([network([1, 2, 3])]);
    await run(1_000);
    expect(states()).toEqual(['Up', 'Up', 'Up']);
    const before = links.links('app').get('west/w2');
    await links.aim([network([2, 3, 4])]);
    expect(links.links('app').get('west/w2')).toBe(before);
    expect(states()).toEqual(['Up', 'Up', 'Pending']);
    expect(state.starts).toBe(1);
    await run(200);
    expect(states()).toEqual(['Up', 'Up', 'Up']);
  });

  it('calls who dies Down within 5 s, and tells of it', async () => {
    const { links, run, states, state, changes } = watch();
    await links.aim([network([1, 2])]);
    await run(3_000);
    changes.length = 0;
    state.dead.add('10.0.0.1');
    await run(4_700);
    expect(states()).toEqual(['Down', 'Up']);
    expect(changes.length).toBeGreaterThan(0);
    state.dead.clear();
    await run(1_200);
    expect(states()).toEqual(['Up', 'Up']);
  });

  it('judges nobody while it cannot ask, and knows nothing about the time in which it stood still', async () => {
    const { links, run, states, state, clock } = watch();
    await links.aim([network([1, 2])]);
    await run(3_000);
    state.runs = false;
    await run(60_000);
    expect(states()).toEqual(['Up', 'Up']);
    state.runs = true;
    await run(1_000);
    expect(states()).toEqual(['Up', 'Up']);
    // As when the whole program is stopped and goes on.
    await clock.pass(60_000);
    await run(1_000);
    expect(states()).toEqual(['Up', 'Up']);
  });

  it('knows all when each link has been judged once: with the last answer, or after 4.5 s; and some after half a second', async () => {
    const { links, run, state } = watch();
    await links.aim([network([1, 2])]);
    expect(links.knowledge('app')).toBe('None');
    await run(300);
    expect(links.knowledge('app')).toBe('All');
    const other = watch();
    other.state.dead.add('10.0.0.1');
    await other.links.aim([network([1, 2])]);
    await other.run(500);
    expect(other.links.knowledge('app')).toBe('None');
    const before = other.changes.length;
    await other.run(200);
    expect(other.links.knowledge('app')).toBe('Some');
    expect(other.changes.length).toBe(before + 1);
    await other.run(3_600);
    expect(other.links.knowledge('app')).toBe('Some');
    await other.run(400);
    expect(other.links.knowledge('app')).toBe('All');
    expect(state.readings).toBe(0);
  });

  it('asks every peer once more at its end, and vouches for none that does not answer', async () => {
    const { links, run, states, state, clock } = watch();
    await links.aim([network([1, 2, 3])]);
    state.dead.add('10.0.0.3');
    await run(6_000);
    expect(states()).toEqual(['Up', 'Up', 'Down']);
    state.dead.add('10.0.0.1');
    state.asked.length = 0;
    const ended = links.end();
    await clock.pass(500);
    await ended;
    expect(state.asked).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(states()).toEqual(['Pending', 'Up', 'Down']);
    // What ticks on meanwhile judges nothing.
    await run(10_000);
    expect(states()).toEqual(['Pending', 'Up', 'Down']);
  });

  it('ends as soon as all have answered, and leaves all votes when it cannot ask', async () => {
    const { links, run, states, clock } = watch();
    await links.aim([network([1, 2])]);
    await run(1_000);
    let ended = false;
    void links.end().then(() => (ended = true));
    await clock.pass(60);
    expect(ended).toBe(true);
    expect(states()).toEqual(['Up', 'Up']);
    const other = watch();
    await other.links.aim([network([1, 2])]);
    await other.run(1_000);
    other.state.runs = false;
    await other.links.end();
    expect(other.states()).toEqual(['Up', 'Up']);
  });

  it('asks less where the tunnel hears of many peers anyway, and finds them dead as soon', async () => {
    const { links, run, states, state } = watch();
    const counted = async (ms: number, grows: boolean): Promise<number> => {
      state.asked.length = 0;
      for (let passed = 0; passed < ms; passed += 500) {
        if (grows) state.received += 100;
        await run(500);
      }
      return state.asked.length / (ms / 1_000);
    };
    await links.aim([network(range(250))]);
    await run(2_000);
    const idle = await counted(20_000, false);
    const busy = await counted(20_000, true);
    expect(idle).toBeGreaterThan(110);
    expect(busy).toBeLessThan(40);
    for (const { router } of network(range(250)).peers) state.dead.add(router);
    await run(5_000);
    expect(new Set(states())).toEqual(new Set(['Down']));
  });
});
