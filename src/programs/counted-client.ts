import { type Client, createClient } from '../kubernetes/client.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** A client whose requests are counted and timed; `server` says in the metrics which side it talks to. */
export const countedClient = (connection: Connection, server: 'hub' | 'member', fieldManager: string, metrics: Metrics): Client =>
  createClient(connection, {
    fieldManager,
    onAnswer: (method, status, ms) => {
      metrics.add('apiRequests', { server, method, status: String(status) });
      metrics.observe('apiRequestSeconds', { server, method }, ms / 1000);
    },
  });
