import { type Client, createClient } from '../kubernetes/client.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** A client whose requests are counted and timed; `server` says in the metrics which side it talks to. The hub is asked whether it answers. */
export const countedClient = (connection: Connection, server: 'hub' | 'member', fieldManager: string, metrics: Metrics): Client =>
  createClient(connection, {
    fieldManager,
    pulse: server === 'hub',
    onAnswer: (method, status, ms) => {
      metrics.add('apiRequests', { server, method, status: String(status) });
      metrics.observe('apiRequestSeconds', { server, method }, ms / 1000);
    },
  });
