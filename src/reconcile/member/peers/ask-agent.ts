import { isIPv6 } from 'node:net';
import type { Heads } from '../../../exchange/notice/heads.ts';
import { type NoticePage, pageLimits } from '../../../exchange/notice/notice-page.ts';
import { type NoticeRequest, peerNoticesPath } from '../../../exchange/notice/notice-request.ts';
import { readHeads } from '../../../exchange/notice/read-heads.ts';
import { readPage } from '../../../exchange/notice/read-page.ts';
import { type ListenerAnswer, type ListenerQuestion, listenerLimits, listenerPath } from '../../../plan/listeners/question.ts';
import { readListenerAnswer } from '../../../plan/listeners/read-answer.ts';
import { Failure } from '../../../values/failure.ts';
import { readJson } from '../../../values/text/read-json.ts';

/**
 * Requests notices of another cluster from an agent of this cluster, by an address of its node. `Unavailable` when there is no usable answer,
 * `Interrupted` when the signal aborts.
 */
export type AskAgent = (
  address: string,
  asked: Omit<NoticeRequest, 'what'> & { readonly cluster: string },
  signal: AbortSignal,
) => Promise<NoticePage>;

/** The parameters of requests to agents. */
export interface AskAgentParts {
  readonly fetch: typeof fetch;
  /** Port on which agents serve. */
  readonly port: number;
  /** The worker's current token for agents: it is renewed while the worker runs. */
  readonly token: (signal: AbortSignal) => Promise<string>;
}

/**
 * Requests the summary of another cluster's notices from an agent of this cluster, as soon as its latest notice has another position than `after` or
 * the wait is over; fails as {@link AskAgent}.
 */
export type AskHeads = (
  address: string,
  asked: Omit<NoticeRequest, 'what'> & { readonly cluster: string },
  signal: AbortSignal,
) => Promise<Heads>;

/** Asks an agent of this cluster, by an address of its node, which ports of its pods have no listener; fails as {@link AskAgent}. */
export type AskListeners = (address: string, asked: ListenerQuestion, signal: AbortSignal) => Promise<ListenerAnswer>;

/** Requests notices from agents. Answers are treated as hostile, because agents forward what others sent. */
export const createAskAgent =
  (parts: AskAgentParts): AskAgent =>
  (address, asked, signal) =>
    askOne(
      parts,
      address,
      noticesAsked({ ...asked, what: 'notices' }, (answer) => readPage(asked.cluster, answer)),
      signal,
    );

/** Requests summaries from agents. */
export const createAskHeads =
  (parts: AskAgentParts): AskHeads =>
  (address, asked, signal) =>
    askOne(parts, address, noticesAsked({ ...asked, what: 'heads' }, readHeads), signal);

/** Requests listeners from agents. */
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

/** One request: its subject, its path, and the reader of its answer. */
interface Asked<T> {
  readonly path: string;
  readonly what: string;
  /** Maximum number of bytes of the answer. */
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
    new Failure('Unavailable', `The agent at ${server} returns no ${what}: ${why}.`, { cause });
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
    if (signal.aborted) throw new Failure('Interrupted', `The request to ${server} was cancelled.`, { cause: signal.reason });
    throw Failure.is(error) ? error : fail(error instanceof Error ? error.message : String(error), error);
  }
};

/** The body; undefined when it has more bytes, which are not read. */
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
