import { createSocket, type SocketType } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Failure } from '../values/failure.ts';
import type { ServerMetrics } from './metrics.ts';
import type { Respond } from './responder.ts';

/** Where to listen. Port 0 selects a free one. */
export type Address = { readonly host: string; readonly port: number };

/** A server that listens until it is stopped. */
export type Listener = { readonly port: number; stop(): Promise<void> };

/** Bytes of queries that may wait in the kernel; a burst of ten thousand fits. The kernel may allow less. */
const receiveBuffer = 4 * 1024 * 1024;

/**
 * Answers queries over UDP until stopped. Queries received before `stop` are answered.
 *
 * `Unavailable` when the address cannot be bound. An answer that cannot be sent is counted and dropped; the client retries.
 */
export const listenUdp = async ({ host, port }: Address, respond: Respond, metrics: ServerMetrics): Promise<Listener> => {
  const type: SocketType = isIPv6(host) ? 'udp6' : 'udp4';
  const socket = createSocket({
    type,
    // The address of a client is never a name; without this, each answer would pass through the resolver.
    lookup: (address, _options, callback) => callback(null, address, type === 'udp6' ? 6 : 4),
  });
  const bound = Promise.withResolvers<void>();
  socket.once('error', bound.reject);
  socket.bind({ address: host, port }, bound.resolve);
  await bound.promise.catch((error: unknown) => {
    throw new Failure(
      'Unavailable',
      `Cannot listen on UDP ${host} port ${port}: ${Failure.from(error).message}; is another DNS server there?`,
      {
        cause: error,
      },
    );
  });
  socket.off('error', bound.reject);
  socket.on('error', () => metrics.dropped('udp', 'send'));
  try {
    socket.setRecvBufferSize(receiveBuffer);
  } catch {
    // Only a larger burst is lost.
  }
  socket.on('message', (bytes, from) => {
    const response = respond(bytes, 'udp');
    // Source port 0 cannot be answered (RFC 768 allows it for senders that want no reply).
    if (response !== undefined && from.port !== 0) socket.send(response, from.port, from.address);
  });
  return {
    port: socket.address().port,
    stop: () =>
      new Promise((resolve) => {
        // One turn of the event loop, so that queries that the kernel already received are answered.
        setImmediate(() => socket.close(() => resolve()));
      }),
  };
};
