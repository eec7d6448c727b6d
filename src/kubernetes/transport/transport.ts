import http from 'node:http';
import https from 'node:https';
import { type Clock, sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { Connection } from '../credentials/connection.ts';
import { refusal, statusIn, unreachable } from './refusal.ts';

/** One request to an API server. */
export type Request = {
  readonly method: string;
  /** With query, below the server's own path. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Media type of the answer. @default `application/json` */
  readonly accept?: string | undefined;
  /** What the request does, for messages, such as `get pods default/web`. */
  readonly doing: string;
  readonly signal: AbortSignal;
  /** From the start until the last byte of the answer (for `open`: until the headers). */
  readonly timeoutMs: number;
  /** Sent without a token: what counts is that an answer comes, be it a refusal. */
  readonly anonymous?: true;
  /** Called, while a stream is open, whenever the server has answered a check. Only a transport with a pulse calls it. */
  readonly onAnswer?: (() => void) | undefined;
};

/** An answer in the 2xx range. */
export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: string };

/** Sends requests over kept-alive connections, with credentials, deadlines and the few retries that are always safe. */
export type Transport = {
  /** The whole answer; a `Failure` for anything but 2xx. */
  send(request: Request): Promise<Answer>;
  /** The answer as a stream, once the headers are 2xx. Destroyed when the signal aborts. */
  open(request: Request): Promise<http.IncomingMessage>;
  /** Closes all connections; requests in flight fail. */
  close(): void;
};

/** An idle connection is closed before an API server would close it (Go closes after 90 s or more), so that requests rarely meet a closing one. */
const idleConnectionMs = 60_000;
const mostRetries = 3;
const longestRetryAfterMs = 5_000;

/** A transport for one connection. `onAnswer` gets each attempt's HTTP status (0: no answer) and duration. */
export const createTransport = (
  connection: Connection,
  options: {
    readonly userAgent: string;
    readonly clock: Clock;
    readonly onAnswer?: (method: string, status: number, ms: number) => void;
  },
): Transport => {
  const { clock, userAgent } = options;
  const base = new URL(connection.server);
  const secure = base.protocol === 'https:';
  const agent = secure
    ? new https.Agent({ keepAlive: true, scheduling: 'lifo', timeout: idleConnectionMs, ...tlsOptions(connection) })
    : new http.Agent({ keepAlive: true, scheduling: 'lifo', timeout: idleConnectionMs });
  const prefix = base.pathname.replace(/\/$/, '');

  /** One attempt, up to the headers. */
  const attempt = (request: Request, token: string | undefined, deadline: number): Promise<Attempt> =>
    new Promise((resolve, reject) => {
      // Aborted while the token was fetched; a listener that is added now would never be called.
      if (request.signal.aborted) throw interrupted(request);
      let answered = false;
      const started = clock.monotonic();
      const body = request.body === undefined ? undefined : Buffer.from(request.body);
      const outgoing = (secure ? https : http).request({
        agent,
        host: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port === '' ? undefined : base.port,
        method: request.method,
        path: prefix + request.path,
        headers: {
          accept: request.accept ?? 'application/json',
          'user-agent': userAgent,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length }),
        },
      });
      let stopped: Failure | undefined;
      const stop = (failure: Failure): void => {
        stopped = failure;
        outgoing.destroy(failure);
      };
      const abort = (): void => stop(interrupted(request));
      const cancelTimer = clock.after(Math.max(0, deadline - started), () =>
        stop(new Failure('Timeout', `The API server ${connection.server} took longer than ${request.timeoutMs} ms to ${request.doing}.`)),
      );
      const finish = (): void => {
        cancelTimer();
        request.signal.removeEventListener('abort', abort);
      };
      request.signal.addEventListener('abort', abort, { once: true });
      outgoing.once('response', (response) => {
        answered = true;
        options.onAnswer?.(request.method, response.statusCode ?? 0, clock.monotonic() - started);
        resolve({
          response,
          finish,
          untimed: cancelTimer,
          explain: (error) => stopped ?? unreachable(request.doing, connection.server, error),
        });
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        finish();
        // The reader of a body reports its early end.
        if (answered) return;
        options.onAnswer?.(request.method, 0, clock.monotonic() - started);
        const stale = stopped === undefined && outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(stale ? new StaleConnection(error) : (stopped ?? unreachable(request.doing, connection.server, error)));
      });
      outgoing.end(body);
    });

  /** Attempts with a token. It retries for the reasons that are safe: a dead kept-alive connection, a refused token, "too many requests". */
  const exchange = async (request: Request): Promise<Attempt> => {
    if (request.signal.aborted) throw interrupted(request);
    const deadline = clock.monotonic() + request.timeoutMs;
    let token = await tokenFor(request);
    for (let retries = 0; ; retries += 1) {
      let answer: Attempt;
      try {
        answer = await attempt(request, token, deadline);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        // A POST may have been carried out before the connection died; the caller must check first.
        if (request.method !== 'POST' && retries < mostRetries) continue;
        throw unreachable(request.doing, connection.server, error.cause as Error);
      }
      const status = answer.response.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      const text = await read(answer);
      if (retries < mostRetries && status === 401 && token !== undefined) {
        const next = await tokenFor(request, token);
        if (next !== token) {
          token = next;
          continue;
        }
      }
      const wait = Number(answer.response.headers['retry-after']) * 1000;
      if (retries < mostRetries && status === 429 && wait <= longestRetryAfterMs && clock.monotonic() + wait < deadline) {
        await sleep(clock, wait, request.signal);
        continue;
      }
      throw refusal(request.doing, connection.server, status, statusIn(text));
    }
  };

  const tokenFor = async (request: Request, rejected?: string): Promise<string | undefined> => {
    if (connection.credential.kind !== 'token' || request.anonymous === true) return undefined;
    return connection.credential.token({ signal: request.signal, ...(rejected === undefined ? {} : { rejected }) });
  };

  return {
    send: async (request) => {
      const answer = await exchange(request);
      return { status: answer.response.statusCode ?? 0, headers: answer.response.headers, body: await read(answer) };
    },
    open: async (request) => {
      const { response, finish, untimed } = await exchange(request);
      untimed();
      response.once('close', finish);
      return response;
    },
    close: () => agent.destroy(),
  };
};

type Attempt = {
  readonly response: http.IncomingMessage;
  /** Stops the deadline and removes the listener of the signal. */
  readonly finish: () => void;
  /** Stops the deadline only. */
  readonly untimed: () => void;
  /** The failure for an error during the read of the body. */
  readonly explain: (error: Error) => Failure;
};

/** The server closed the connection while it was idle in our pool; it did not process the request. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super('stale connection', { cause });
  }
}

const read = async ({ response, finish, explain }: Attempt): Promise<string> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw explain(error as Error);
  } finally {
    finish();
  }
  return chunks.length === 1 ? (chunks[0] as Buffer).toString('utf8') : Buffer.concat(chunks).toString('utf8');
};

const interrupted = (request: Request): Failure =>
  new Failure('Interrupted', `The request to ${request.doing} was cancelled.`, { cause: request.signal.reason });

const tlsOptions = ({ ca, credential, tlsServerName, insecureSkipTlsVerify }: Connection): https.AgentOptions => ({
  ...(ca === undefined ? {} : { ca }),
  ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  ...(insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
  ...(credential.kind === 'certificate' ? { cert: credential.certificate, key: credential.key } : {}),
});
