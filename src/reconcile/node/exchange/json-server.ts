import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Listening, listen } from '../../../serving/listen.ts';
import { Failure } from '../../../values/failure.ts';
import { nameAskers } from './named-askers.ts';

/** An answer: JSON, or a text that describes the error. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** A request. */
export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of the header `Authorization: Bearer …`. */
  readonly bearer: string | undefined;
  /** Address of the client; on a unix socket that of the node whose connection a relay forwards. */
  readonly from: string;
}

/** Answers one request; the signal aborts when the client has disconnected. */
export type Answer = (asked: Asked, signal: AbortSignal) => Promise<Reply>;

/** More connections are refused; a connection without a request is closed after a while. */
const mostConnections = 64;
const requestWithinMs = 5_000;

/**
 * Serves GET, one request for each connection; on a unix socket, connections that a relay forwards. Rejects with `Unavailable` when it cannot listen.
 *
 * @param onSession takes forwarded connections on which a node begins a TLS session, with its address
 */
export const serveJson = async (
  at: { readonly path: string } | { readonly host: string; readonly port: number },
  handle: Answer,
  onSession?: (connection: Socket, from: string) => void,
): Promise<Listening> => {
  const http = createServer({ requestTimeout: requestWithinMs, headersTimeout: requestWithinMs, maxHeaderSize: 8_192 });
  const askers = 'path' in at ? nameAskers(http, onSession) : undefined;
  const server = askers?.server ?? http;
  server.maxConnections = mostConnections;
  const fromOf = ({ socket }: IncomingMessage): string => askers?.of(socket) ?? socket.remoteAddress ?? '';
  http.on(
    'request',
    (request, response) => void answer(request, response, (asked, signal) => handle({ ...asked, from: fromOf(request) }, signal)),
  );
  return listen(server, at, `Nothing can be served at ${JSON.stringify(at)}`, () => {
    http.closeAllConnections();
    askers?.closeAll();
  });
};

const answer = async (request: IncomingMessage, response: ServerResponse, handle: Answer): Promise<void> => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const { status, body } = await reply(request, handle, gone.signal);
  if (gone.signal.aborted) return;
  const type = status === 200 ? 'application/json' : 'text/plain; charset=utf-8';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), connection: 'close' });
  response.end(body);
};

const reply = async (request: IncomingMessage, handle: Answer, signal: AbortSignal): Promise<Reply> => {
  if (request.method !== 'GET') return { status: 405, body: 'only GET is served here\n' };
  const url = URL.parse(request.url ?? '/', 'http://agent');
  if (url === null) return { status: 400, body: 'not a path\n' };
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  try {
    return await handle({ path: url.pathname, query: url.searchParams, bearer, from: '' }, signal);
  } catch (error) {
    const { code, message } = Failure.from(error);
    return { status: code === 'Unavailable' || code === 'Timeout' ? 503 : 500, body: `${message}\n` };
  }
};
