import { createServer, type Socket } from 'node:net';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { ServerMetrics } from './metrics.ts';
import type { Respond } from './responder.ts';
import { serveConnection } from './tcp-connection.ts';
import type { Address, Listener } from './udp.ts';

/** Limits of the TCP server; each has a default. */
export type TcpLimits = {
  /** Open connections; a new one displaces the one idle longest. @default 512 */
  readonly connections?: number;
  /**
   * Milliseconds in which a connection must send a whole query (RFC 7766 §6.2.3). Longer than CoreDNS keeps idle connections to servers (10 s), so
   * that the server never closes one that CoreDNS is about to use. @default 20_000
   */
  readonly idleMs?: number;
  /** Milliseconds that connections have to read their answers when the server stops. @default 1_000 */
  readonly drainMs?: number;
};

/**
 * Answers queries over TCP until stopped. `stop` accepts no new connection, and ends open ones once their answers are sent.
 *
 * `Unavailable` when the address cannot be bound.
 */
export const listenTcp = async (
  { host, port }: Address,
  respond: Respond,
  {
    metrics,
    clock,
    connections: limit = 512,
    idleMs = 20_000,
    drainMs = 1_000,
  }: TcpLimits & { readonly metrics: ServerMetrics; readonly clock: Clock },
): Promise<Listener> => {
  /** Open connections, the one idle longest first. */
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const [oldest] = open;
    if (open.size >= limit && oldest !== undefined) {
      metrics.dropped('tcp', 'evicted');
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(socket);
    metrics.connections(open.size);
    socket.on('error', () => metrics.dropped('tcp', 'send'));
    socket.on('close', () => {
      open.delete(socket);
      metrics.connections(open.size);
    });
    serveConnection(socket, respond, {
      metrics,
      clock,
      idleMs,
      onQuery: () => {
        if (open.delete(socket)) open.add(socket);
      },
    });
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen({ host, port }, listening.resolve);
  await listening.promise.catch((error: unknown) => {
    throw new Failure(
      'Unavailable',
      `Cannot listen on TCP ${host} port ${port}: ${Failure.from(error).message}; is another DNS server there?`,
      {
        cause: error,
      },
    );
  });
  server.off('error', listening.reject);
  server.on('error', () => metrics.dropped('tcp', 'send'));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        const cancel = clock.after(drainMs, () => {
          for (const socket of open) socket.destroy();
        });
        server.close(() => {
          cancel();
          resolve();
        });
        for (const socket of open) socket.end();
      }),
  };
};
