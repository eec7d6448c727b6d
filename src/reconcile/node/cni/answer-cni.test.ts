import { expect, it } from 'vitest';
import { newLink } from '../../../plan/links/liveness.ts';
import { handClock } from '../../../values/fixtures/hand-clock.ts';
import { answerCni, type StepSignal } from './answer-cni.ts';

const request = { command: 'ADD', containerId: 'c', netns: '/run/netns/a', namespace: 'app-ns', name: 'a', uid: 'a' } as const;

/** One state of an agent and its links. */
interface State {
  readonly awaitsAttachment?: boolean;
  readonly awaitsSlice?: boolean;
  readonly isAttached?: boolean;
  /** Live peers have not answered yet. */
  readonly isNew?: boolean;
  /** Peers without a key, of which `west/a` answers and `west/dead` does not. */
  readonly closed?: readonly string[];
  /** Every link has been judged. */
  readonly isOld?: boolean;
}

/** An agent whose answers come from a list, one for each step or change of a link; the last one stays. */
const agentOf = (steps: readonly State[]) => {
  const clock = handClock();
  let made = 0;
  let woken = 0;
  const now = (): State => steps[Math.min(made, steps.length) - 1] ?? {};
  const agent = {
    sliceOf: () => 'app',
    podStarts: () => undefined,
    podEnds: () => undefined,
    awaitsAttachment: () => now().awaitsAttachment === true,
    awaitsSlice: () => now().awaitsSlice === true,
    isAttached: () => now().isAttached === true,
    closedPeers: () => now().closed ?? [],
  };
  const signal: StepSignal = {
    next: async (until: AbortSignal) => {
      if (made >= steps.length) await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
      made += 1;
    },
  };
  const knowledge = () => (now().isNew === true ? ('None' as const) : now().isOld === true ? ('All' as const) : ('Some' as const));
  const links = { knowledge, links: () => new Map([['west/a', { ...newLink(0), state: 'Up' as const }]]) };
  const answer = answerCni({ agent, steps: signal, links, linkChanges: signal, wake: () => void (woken += 1), clock });
  return { clock, answer, made: () => made, woken: () => woken };
};

it('a pod waits while its node joins the slice, and for its interface then', async () => {
  const agent = agentOf([{ awaitsSlice: true }, { awaitsSlice: true }, { awaitsAttachment: true }, { isAttached: true }]);
  expect(await agent.answer(request, new AbortController().signal)).toEqual({ ok: true });
  // The change of its SliceNode makes the steps of a node that joins, nobody asks for them.
  expect([agent.made(), agent.woken()]).toEqual([4, 2]);
});

it('the first pod on a node waits until live peers have answered, and a later one does not', async () => {
  const fresh = { isAttached: true, isNew: true };
  const first = agentOf([{ awaitsAttachment: true }, fresh, fresh, { isAttached: true }]);
  expect(await first.answer(request, new AbortController().signal)).toEqual({ ok: true });
  expect([first.made(), first.woken()]).toEqual([4, 2]);
  const later = agentOf([{ isAttached: true }, { isAttached: true }]);
  expect(await later.answer(request, new AbortController().signal)).toEqual({ ok: true });
  expect(later.made()).toBe(1);
});

it('the first pod on a node waits until the peers that answer have keys, and a later one does not', async () => {
  const closed = { isAttached: true, closed: ['west/a'] };
  const first = agentOf([{ awaitsAttachment: true }, closed, closed, { isAttached: true, closed: ['west/dead'] }]);
  expect(await first.answer(request, new AbortController().signal)).toEqual({ ok: true });
  expect(first.made()).toBe(4);
  const later = agentOf([{ ...closed, isOld: true }, { isAttached: true }]);
  expect(await later.answer(request, new AbortController().signal)).toEqual({ ok: true });
  expect(later.made()).toBe(1);
});

it.each([
  ['nothing puts its node into the slice', { awaitsSlice: true }, { ok: true, message: expect.stringContaining('closed') }],
  ['no peer is probed', { isAttached: true, isNew: true }, { ok: true }],
  ['a peer agrees on no key', { isAttached: true, closed: ['west/a'] }, { ok: true }],
])('a pod does not wait for long when %s', async (_, state, expected) => {
  const { answer, clock } = agentOf([state]);
  let answered = false;
  const answering = answer(request, new AbortController().signal).finally(() => (answered = true));
  await clock.pass(1_999);
  expect(answered).toBe(false);
  await clock.pass(1);
  expect(await answering).toEqual(expected);
  expect(clock.pending).toBe(0);
});

it('a pod that waits for its node goes when the request ends', async () => {
  const ending = new AbortController();
  const answer = agentOf([{ awaitsSlice: true }]).answer(request, ending.signal);
  ending.abort();
  expect(await answer).toMatchObject({ ok: true });
});
