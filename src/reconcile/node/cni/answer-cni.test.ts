import { expect, it } from 'vitest';
import type { NodeAgent } from '../node-agent.ts';
import { answerCni } from './answer-cni.ts';

const request = { command: 'ADD', containerId: 'c', netns: '/run/netns/a', namespace: 'app-ns', name: 'a', uid: 'a' } as const;

/** An agent whose answers come from a list, one for each step; the last one stays. */
const agentOf = (steps: readonly { awaitsAttachment?: boolean; awaitsSlice?: boolean; isAttached?: boolean }[]) => {
  let made = 0;
  let woken = 0;
  const now = () => steps[Math.min(made, steps.length) - 1] ?? {};
  const agent = {
    sliceOf: () => 'app',
    podStarts: () => undefined,
    awaitsAttachment: () => now().awaitsAttachment === true,
    awaitsSlice: () => now().awaitsSlice === true,
    isAttached: () => now().isAttached === true,
  } as unknown as NodeAgent;
  const signal = {
    next: async (until: AbortSignal) => {
      if (made >= steps.length) await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
      made += 1;
    },
  };
  return { answer: answerCni(agent, signal, () => void (woken += 1)), made: () => made, woken: () => woken };
};

it('a pod waits while its node joins the slice, and for its interface then', async () => {
  const agent = agentOf([{ awaitsSlice: true }, { awaitsSlice: true }, { awaitsAttachment: true }, { isAttached: true }]);
  expect(await agent.answer(request, new AbortController().signal)).toEqual({ ok: true });
  // The change of its SliceNode makes the steps of a node that joins, nobody asks for them.
  expect([agent.made(), agent.woken()]).toEqual([4, 2]);
});

it('a pod does not wait for long when nothing puts its node into the slice', async () => {
  const agent = agentOf([{ awaitsSlice: true }]);
  const began = performance.now();
  expect(await agent.answer(request, new AbortController().signal)).toMatchObject({ ok: true, message: expect.stringContaining('closed') });
  expect(performance.now() - began).toBeGreaterThan(900);
});

it('a pod that waits for its node goes when the request ends', async () => {
  const ending = new AbortController();
  const answer = agentOf([{ awaitsSlice: true }]).answer(request, ending.signal);
  ending.abort();
  expect(await answer).toMatchObject({ ok: true });
});
