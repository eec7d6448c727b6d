import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { readLine } from '../../../serving/read-line.ts';

/** The longest line with a client's address: an IPv6 address. */
const longestName = 64;
/** A connection without the line is closed after this, in milliseconds. */
const nameWithinMs = 5_000;

/** Knows the clients of a server whose connections come through a relay. */
export interface NamedAskers {
  /** Listens in place of the HTTP server. */
  readonly server: Server;
  /** Address of the node that opened a connection, from the relay; empty for any other connection. */
  of(socket: Socket): string;
  /** Closes every connection. */
  closeAll(): void;
}

/** Passes connections to an HTTP server after the first line, in which the relay names the address of the connecting node. */
export const nameAskers = (http: HttpServer): NamedAskers => {
  const names = new WeakMap<Socket, string>();
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    // A client that disconnects is not an error of this server.
    socket.on('error', () => {});
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const late = setTimeout(() => socket.destroy(), nameWithinMs);
    readLine(socket, longestName)
      .finally(() => clearTimeout(late))
      .then(
        (name) => {
          names.set(socket, name);
          http.emit('connection', socket);
        },
        () => socket.destroy(),
      );
  });
  return {
    server,
    of: (socket) => names.get(socket) ?? '',
    closeAll: () => {
      for (const socket of open) socket.destroy();
    },
  };
};
