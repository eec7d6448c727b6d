import { randomBytes } from 'node:crypto';
import type { ProgramContext } from '../host/program.ts';
import { createSelfSigned } from '../identity/self-signed.ts';
import type { Client } from '../kubernetes/port.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Clock, sleep } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { Listening } from './listen.ts';
import { createScrapeGuard } from './scrape-guard.ts';
import { serveScrapes } from './scrape-server.ts';

/** The interval of retries to listen, in milliseconds. */
const againMs = 10_000;

/** What serving metrics uses. */
export interface ScrapesParts {
  /** Name of the program, such as `kubeslice-agent`. */
  readonly name: string;
  readonly env: ProgramContext['env'];
  readonly client: Pick<Client, 'create'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Serves the metrics of this program until the signal aborts, on METRICS_HOST:METRICS_PORT; without METRICS_PORT it serves none. While the address is
 * in use it retries: a program must not end because its metrics are unavailable.
 */
export const openScrapes = async ({ name, env, client, metrics, clock, log }: ScrapesParts, signal: AbortSignal): Promise<void> => {
  const { METRICS_HOST: host = '0.0.0.0', METRICS_PORT: port } = env;
  if (port === undefined) return;
  const guard = createScrapeGuard(client, clock, signal);
  const identity = createSelfSigned(name, host === '0.0.0.0' ? env.POD_IP : host, clock.now(), randomBytes);
  let server: Listening | undefined;
  while (!signal.aborted && server === undefined) {
    try {
      server = await serveScrapes({ host, port: Number(port) }, { identity, guard, metrics });
    } catch (error) {
      log.error('metrics cannot be served', { error });
      await sleep(clock, againMs, signal).catch(interrupted);
    }
  }
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await server?.stop();
};

const interrupted = (error: unknown): void => {
  if (!Failure.is(error, 'Interrupted')) throw error;
};
