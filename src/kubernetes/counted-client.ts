import type { Metrics } from '../telemetry/metrics.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { type Client, createClient } from './client.ts';
import type { Connection } from './credentials/connection.ts';

/**
 * A client whose requests are counted and timed; `server` is the label of its side in the metrics. Only the hub's client checks whether its server
 * answers.
 */
export const countedClient = (
  connection: Connection,
  server: 'hub' | 'member',
  fieldManager: string,
  metrics: Metrics,
  clock: Clock = systemClock,
): Client =>
  createClient(connection, {
    fieldManager,
    clock,
    pulse: server === 'hub',
    onAnswer: (method, status, ms) => {
      metrics.add('apiRequests', { server, method, status: String(status) });
      metrics.observe('apiRequestSeconds', { server, method }, ms / 1000);
    },
  });
