import { describe, expect, it } from 'vitest';
import { Failure } from '../../values/failure.ts';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import { createPulse, withPulse } from './pulse.ts';
import type { Request, Transport } from './transport.ts';

const forever = new AbortController().signal;

/** A server that answers, refuses, or drops every packet. */
const server = () => {
  const clock = handClock();
  const state = { mode: 'answers' as 'answers' | 'refuses' | 'closed' | 'silent', asked: 0 };
  const send: Transport['send'] = (request) =>
    new Promise((resolve, reject) => {
      if (request.path === '/livez/ping') state.asked += 1;
      request.signal.addEventListener('abort', () => reject(new Failure('Interrupted', 'cancelled', { cause: request.signal.reason })));
      if (state.mode === 'answers') resolve({ status: 200, headers: {}, body: 'ok' });
      if (state.mode === 'closed') reject(new Failure('Unavailable', 'connection refused'));
      if (state.mode === 'refuses') reject(new Failure('Forbidden', 'no', { status: 403 }));
    });
  const pulse = createPulse({ send }, 'https://hub', clock);
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) await clock.pass(100);
  };
  const transport = withPulse({ send, open: () => new Promise(() => undefined), close: () => undefined }, pulse, clock);
  const request = (timeoutMs = 30_000, signal: AbortSignal = forever): Request => ({
    method: 'GET',
    path: '/x',
    doing: 'read x',
    signal,
    timeoutMs,
  });
  return { state, pulse, pass, clock, transport, request };
};

describe('the pulse of a server', () => {
  it('asks nothing while nothing is open', async () => {
    const { state, pulse, pass } = server();
    await pass(60_000);
    const { end } = pulse.open(forever);
    await pass(30_000);
    expect(state.asked).toBe(10);
    end();
    await pass(60_000);
    expect(state.asked).toBe(10);
  });

  it('ends what is open within 8 s when nothing comes any more, and says since when', async () => {
    const { state, pulse, pass, clock } = server();
    const answers: number[] = [];
    const opened = pulse.open(forever, () => answers.push(clock.now()));
    await pass(10_000);
    expect(answers).toHaveLength(3);
    const last = new Date(answers.at(-1) ?? 0).toISOString();
    state.mode = 'silent';
    await pass(4_000);
    expect(opened.signal.aborted).toBe(false);
    await pass(4_000);
    expect(opened.signal.aborted).toBe(true);
    expect(opened.signal.reason).toMatchObject({ code: 'Unavailable', message: expect.stringContaining(`not answered since ${last}`) });
  });

  it('takes one question without an answer for chance, and a refusal for an answer', async () => {
    const { state, pulse, pass } = server();
    const opened = pulse.open(forever);
    state.mode = 'silent';
    await pass(5_000);
    state.mode = 'refuses';
    await pass(60_000);
    expect(opened.signal.aborted).toBe(false);
  });

  it('lets requests wait while the server is away, and go about a second after it is back', async () => {
    const { state, pulse, pass, transport, request } = server();
    const opened = pulse.open(forever);
    state.mode = 'silent';
    await pass(9_000);
    opened.end();
    let answered = false;
    void transport.send(request()).then(() => (answered = true));
    await pass(5_000);
    expect(answered).toBe(false);
    state.mode = 'answers';
    await pass(3_100);
    expect(answered).toBe(true);
  });

  it('ends a request that was on its way', async () => {
    const { state, pass, transport, request } = server();
    state.mode = 'silent';
    const failed = transport.send(request()).catch((error: unknown) => error);
    await pass(9_000);
    expect(await failed).toMatchObject({ code: 'Unavailable' });
  });

  it('knows within a second when the server refuses connections', async () => {
    const { state, pulse, pass, transport, request } = server();
    const opened = pulse.open(forever);
    state.mode = 'closed';
    expect(await transport.send(request()).catch((error: unknown) => error)).toMatchObject({ code: 'Unavailable' });
    await pass(1_000);
    expect(opened.signal.aborted).toBe(true);
  });

  it('keeps to the deadline of a request, and to its signal', async () => {
    const { state, pulse, pass, transport, request } = server();
    pulse.open(forever);
    state.mode = 'silent';
    await pass(9_000);
    const late = transport.send(request(2_000)).catch((error: unknown) => error);
    await pass(6_000);
    expect(await late).toMatchObject({ code: 'Unavailable' });
    const abort = new AbortController();
    const cancelled = transport.send(request(30_000, abort.signal)).catch((error: unknown) => error);
    await pass(100);
    abort.abort();
    expect(await cancelled).toMatchObject({ code: 'Interrupted' });
  });
});
