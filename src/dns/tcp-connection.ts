import type { Socket } from 'node:net';
import type { Clock } from '../values/clock.ts';
import { headerLength } from './codec/header.ts';
import type { ServerMetrics } from './metrics.ts';
import type { Respond } from './responder.ts';

const lengthPrefix = 2;

/** Longest accepted query, in bytes: a name, its type, and room for options that are ignored. */
const longestQuery = 4096;

/** Bytes of answers that may wait for a slow reader before its next query is read. */
const unreadAnswers = 256 * 1024;

/**
 * Answers the queries of one connection in the order in which they arrive, however they are split into packets (RFC 7766 §6.2.1.1, §8).
 *
 * The memory of a connection is bounded: one incomplete query, one chunk read, and `unreadAnswers` of output; a peer that does not read is not read
 * either. A connection is closed when no whole query arrived for `idleMs`, or when a query announces an impossible length.
 */
export const serveConnection = (
  socket: Socket,
  respond: Respond,
  {
    metrics,
    clock,
    idleMs,
    onQuery,
  }: { readonly metrics: ServerMetrics; readonly clock: Clock; readonly idleMs: number; readonly onQuery: () => void },
): void => {
  let unread: Buffer = Buffer.alloc(0);
  const expire = (): void => {
    metrics.dropped('tcp', 'idle');
    socket.destroy();
  };
  let cancel = clock.after(idleMs, expire);

  const answerNext = (): boolean => {
    if (unread.length < lengthPrefix) return false;
    const length = unread.readUInt16BE(0);
    if (length < headerLength || length > longestQuery) {
      metrics.dropped('tcp', 'length');
      socket.destroy();
      return false;
    }
    const end = lengthPrefix + length;
    if (unread.length < end) return false;
    const response = respond(unread.subarray(lengthPrefix, end), 'tcp');
    unread = unread.subarray(end);
    cancel();
    cancel = clock.after(idleMs, expire);
    onQuery();
    if (response !== undefined) {
      const prefix = Buffer.allocUnsafe(lengthPrefix);
      prefix.writeUInt16BE(response.length, 0);
      socket.write(prefix);
      socket.write(response);
    }
    return true;
  };

  const answerAll = (): void => {
    socket.cork();
    while (socket.writableLength < unreadAnswers && !socket.destroyed && answerNext()) {
      // Each iteration answers one query.
    }
    socket.uncork();
    if (socket.writableLength >= unreadAnswers) socket.pause();
  };

  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    answerAll();
  });
  socket.on('drain', () => {
    answerAll();
    if (socket.writableLength < unreadAnswers) socket.resume();
  });
  socket.on('close', () => cancel());
};
