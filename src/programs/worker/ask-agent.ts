import { isIPv6 } from 'node:net';
import type { Heads } from '../../exchange/heads.ts';
import { type NoticePage, pageLimits } from '../../exchange/notice-page.ts';
import { type NoticeRequest, peerNoticesPath } from '../../exchange/notice-request.ts';
import { readHeads } from '../../exchange/read-heads.ts';
import { readPage } from '../../exchange/read-page.ts';
import { type ListenerAnswer, type ListenerQuestion, listenerLimits, listenerPath } from '../../plan/listeners/question.ts';
import { readListenerAnswer } from '../../plan/listeners/read-answer.ts';
import { Failure } from '../../values/failure.ts';
import { readJson } from '../../values/read-json.ts';

/**
 * Asks an agent of this cluster, by an address of its node, for notices of another cluster. `Unavailable` when there is no usable answer,
 * `Interrupted` when the signal aborts.
 */
export type AskAgent = (
  address: string,
  asked: Omit<NoticeRequest, 'what'> & { readonly cluster: string },
  signal: AbortSignal,
) => Promise<NoticePage>;

/** With what agents are asked. */
export interface AskAgentParts {
  readonly fetch: typeof fetch;
  /** Port on which agents serve. */
  readonly port: number;
  /** The worker's token for agents, as it is now: it is renewed while the worker runs. */
  readonly token: (signal: AbortSignal) => Promise<string>;
}

/**
 * Asks an agent of this cluster for the summary of the notices of another cluster, as soon as its latest notice has another position than `after` or the
 * wait is over; fails as {@link AskAgent}.
 */
export type AskHeads = (
  address: string,
  asked: Omit<NoticeRequest, 'what'> & { readonly cluster: string },
  signal: AbortSignal,
) => Promise<Heads>;

/** Asks an agent of this cluster, by an address of its node, which ports of its pods have no listener; fails as {@link AskAgent}. */
export type AskListeners = (address: string, asked: ListenerQuestion, signal: AbortSignal) => Promise<ListenerAnswer>;

/** A way to ask agents for notices. Whatever they answer is taken for hostile: they pass on what others sent. */
export const createAskAgent =
  (parts: AskAgentParts): AskAgent =>
  (address, asked, signal) =>
    askOne(
      parts,
      address,
      noticesAsked({ ...asked, what: 'notices' }, (answer) => readPage(asked.cluster, answer)),
      signal,
    );

/** A way to ask agents for summaries. */
export const createAskHeads =
  (parts: AskAgentParts): AskHeads =>
  (address, asked, signal) =>
    askOne(parts, address, noticesAsked({ ...asked, what: 'heads' }, readHeads), signal);

/** A way to ask agents for listeners. */
export const createAskListeners =
  (parts: AskAgentParts): AskListeners =>
  (address, asked, signal) =>
    askOne(
      parts,
      address,
      {
        path: listenerPath(asked),
        what: `listeners of pods in slice "${asked.slice}"`,
        most: listenerLimits.answerBytes,
        read: readListenerAnswer,
      },
      signal,
    );

/** One question: what is asked for, by which path, and how the answer is read. */
interface Asked<T> {
  readonly path: string;
  readonly what: string;
  /** Bytes of the answer at the most. */
  readonly most: number;
  readonly read: (answer: unknown) => T | undefined;
}

const noticesAsked = <T>(asked: NoticeRequest & { readonly cluster: string }, read: Asked<T>['read']): Asked<T> => ({
  path: peerNoticesPath(asked),
  what: `notices of cluster "${asked.cluster}"`,
  most: pageLimits.answerBytes,
  read,
});

const askOne = async <T>(
  { fetch, port, token }: AskAgentParts,
  address: string,
  { path, what, most, read }: Asked<T>,
  signal: AbortSignal,
): Promise<T> => {
  const server = `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const fail = (why: string, cause?: unknown): Failure =>
    new Failure('Unavailable', `The agent at ${server} gives no ${what}: ${why}.`, { cause });
  try {
    const headers = { authorization: `Bearer ${await token(signal)}` };
    const response = await fetch(server + path, { headers, signal, redirect: 'error' });
    const text = await readAtMost(response, most);
    if (text === undefined) throw fail(`it answers more than ${most} bytes`);
    if (response.status !== 200) throw fail(`it answers ${response.status}`);
    const value = read(readJson(text));
    if (value === undefined) throw fail('it answers something else');
    return value;
  } catch (error) {
    if (signal.aborted) throw new Failure('Interrupted', `Asking ${server} was cancelled.`, { cause: signal.reason });
    throw Failure.is(error) ? error : fail(error instanceof Error ? error.message : String(error), error);
  }
};

/** The body; undefined when it has more bytes, of which no more are read. */
const readAtMost = async (response: Response, most: number): Promise<string | undefined> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
