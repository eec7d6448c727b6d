import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pageLimits } from '../../../exchange/notice/notice-page.ts';
import { type NoticeRequest, ownNoticesPath } from '../../../exchange/notice/notice-request.ts';
import type { Clock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { Reply } from './json-server.ts';

/** How much longer than the requested wait an answer may take. */
const graceMs = 3_000;

/** Opens a connection to the relay of the node with a router address, through the relay of the slice with this unix socket. */
export const dialRouter = (dial: string, router: string): Socket => {
  const socket = connect(dial);
  socket.write(`${router}\n`);
  return socket;
};

/**
 * Requests the notices of another cluster from the agent of one of its nodes, through the relay of the slice.
 *
 * @param dial unix socket of the relay
 * @param router address of the other node in the slice
 * @throws Failure `Unavailable` when there is no answer or it is too large, `Timeout`, `Interrupted`.
 */
export const askRouter = (dial: string, router: string, asked: NoticeRequest, clock: Clock, signal: AbortSignal): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      if (signal.aborted) reject(new Failure('Interrupted', `The request to ${router} was cancelled.`, { cause: signal.reason }));
      else
        reject(Failure.is(error) ? error : new Failure('Unavailable', `The node with router ${router} does not answer.`, { cause: error }));
    };
    const outgoing = request({
      path: ownNoticesPath(asked),
      headers: { host: 'relay', connection: 'close' },
      signal,
      // Without the option `agent`: even `agent: false` creates an agent, which would open its own connection.
      createConnection: () => dialRouter(dial, router),
    });
    const tooLate = (): void => void outgoing.destroy(new Failure('Timeout', `The node with router ${router} did not answer in time.`));
    outgoing.on('close', clock.after(asked.waitMs + graceMs, tooLate));
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= pageLimits.answerBytes) chunks.push(chunk);
        else
          outgoing.destroy(new Failure('Unavailable', `The node with router ${router} answers more than ${pageLimits.answerBytes} bytes.`));
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 502, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.end();
  });
