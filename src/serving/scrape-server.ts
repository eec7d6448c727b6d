import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SelfSigned } from '../identity/self-signed.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Failure } from '../values/failure.ts';
import { type Listening, listen } from './listen.ts';
import type { ScrapeGuard, ScrapeVerdict } from './scrape-guard.ts';

/** More connections are refused; a connection without a request is closed after a while. */
const mostConnections = 64;
const connectionsEach = 8;
const requestWithinMs = 5_000;

const refusals: Readonly<Record<Exclude<ScrapeVerdict, 'ok'>, readonly [status: number, text: string]>> = {
  anonymous: [401, 'A token of this cluster is needed: send the one of a service account as Authorization: Bearer.'],
  forbidden: [
    403,
    'This account may not read metrics: bind it to the ClusterRole kubeslice-member-metrics-reader or, on the hub, kubeslice-hub-metrics-reader.',
  ],
  busy: [429, 'Too many unknown tokens in this minute; try again in the next.'],
  unavailable: [503, 'The API server of this cluster does not answer, so the token cannot be reviewed.'],
};

/** Serves `/metrics` by TLS to clients that the guard admits. Rejects with `Unavailable` when it cannot listen. */
export const serveScrapes = async (
  at: { readonly host: string; readonly port: number },
  { identity, guard, metrics }: { readonly identity: SelfSigned; readonly guard: ScrapeGuard; readonly metrics: Metrics },
): Promise<Listening> => {
  const server = createServer({
    cert: identity.certificate,
    key: identity.privateKey,
    minVersion: 'TLSv1.2',
    handshakeTimeout: requestWithinMs,
    requestTimeout: requestWithinMs,
    headersTimeout: requestWithinMs,
    maxHeaderSize: 32_768,
  });
  server.maxConnections = mostConnections;
  boundConnections(server);
  server.on('request', (request, response) => void answer(request, response, guard, metrics));
  return listen(server, at, `Metrics cannot be served on ${at.host}:${at.port}`, () => server.closeAllConnections());
};

/** Limits the connections of each address, so that one cannot use up those of the others. */
const boundConnections = (server: Server): void => {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
    if (count > connectionsEach) socket.destroy();
  });
};

const answer = async (request: IncomingMessage, response: ServerResponse, guard: ScrapeGuard, metrics: Metrics): Promise<void> => {
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
  try {
    if (request.method !== 'GET') return say(405, 'Only GET is served here.\n');
    if ((request.url ?? '/').split('?', 1)[0] !== '/metrics') return say(404, 'Only /metrics is served here.\n');
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const verdict = await guard(token, request.socket.remoteAddress ?? '');
    metrics.add('scrapes', { verdict });
    if (verdict === 'ok') return say(200, await metrics.text(), metrics.contentType);
    const [status, text] = refusals[verdict];
    return say(status, `${text}\n`);
  } catch (error) {
    return say(500, `${Failure.from(error).message}\n`);
  }
};
