import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** The longest line with a client's address: an IPv6 address. */
const longestName = 64;
/** A connection without the line is closed after this, in milliseconds. */
const nameWithinMs = 5_000;

/** Reads the line, and leaves what follows on the socket; undefined for anything else. */
const readName = (socket: Socket): Promise<string | undefined> =>
  new Promise((resolve) => {
    let read = Buffer.alloc(0);
    const end = (name: string | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', observe).off('close', gone);
      resolve(name);
    };
    const gone = (): void => end(undefined);
    const observe = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      read = Buffer.concat([read, chunk]);
      const newline = read.indexOf('\n');
      if (newline >= 0 && newline < longestName) {
        socket.unshift(read.subarray(newline + 1));
        end(read.toString('utf8', 0, newline));
      } else if (read.length >= longestName) end(undefined);
    };
    const timer = setTimeout(gone, nameWithinMs);
    socket.on('readable', observe).on('close', gone);
  });

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
    void readName(socket).then((name) => {
      if (name === undefined || socket.destroyed) return socket.destroy();
      names.set(socket, name);
      return http.emit('connection', socket);
    });
  });
  return {
    server,
    of: (socket) => names.get(socket) ?? '',
    closeAll: () => {
      for (const socket of open) socket.destroy();
    },
  };
};
