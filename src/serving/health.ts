import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Metrics } from '../telemetry/metrics.ts';
import { Failure } from '../values/failure.ts';
import { type Listening, listen } from './listen.ts';

/** Returns why it fails, or nothing when it passes. */
export type Check = { readonly name: string; readonly check: () => string | undefined };

/**
 * Serves `/healthz` (should this process be restarted?) and `/readyz` (should it get work?) to every client, and `/metrics` to clients on this
 * machine or in this pod, such as `kubectl port-forward` and `kubectl exec`. Other clients must authenticate at the metrics port.
 *
 * A failing check answers 503 with one line for each check. `port` 0 selects a free one; the result contains the port.
 */
export const startHealth = async (options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly live?: readonly Check[];
  readonly ready?: readonly Check[];
}): Promise<Listening> => {
  const { host, port, metrics, live = [], ready = [] } = options;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET is served here\n');
    if (path === '/healthz') return answerChecks(response, live);
    if (path === '/readyz') return answerChecks(response, ready);
    if (path === '/metrics' && isLocal(request)) return void answerMetrics(response, metrics);
    if (path === '/metrics') return answer(response, 403, 'metrics are served on port "metrics", to those who may read them\n');
    return answer(response, 404, 'served here: /healthz /readyz /metrics\n');
  });
  return listen(server, { host, port }, `The health server cannot listen on ${host}:${port}`, () => server.closeAllConnections());
};

const isLocal = ({ socket }: IncomingMessage): boolean => /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');

const answer = (response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
};

const answerChecks = (response: ServerResponse, checks: readonly Check[]): void => {
  const results = checks.map(({ name, check }) => ({ name, problem: problemOf(check) }));
  const well = results.every(({ problem }) => problem === undefined);
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+] ${name}` : `[-] ${name}: ${problem}`));
  answer(response, well ? 200 : 503, `${[...lines, well ? 'ok' : 'not ok'].join('\n')}\n`);
};

const problemOf = (check: Check['check']): string | undefined => {
  try {
    return check();
  } catch (error) {
    return Failure.from(error).message;
  }
};

const answerMetrics = async (response: ServerResponse, metrics: Metrics): Promise<void> => {
  try {
    answer(response, 200, await metrics.text(), metrics.contentType);
  } catch (error) {
    answer(response, 500, `${Failure.from(error).message}\n`);
  }
};
