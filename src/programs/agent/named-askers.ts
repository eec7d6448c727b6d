import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** The longest line that names an asker: an IPv6 address. */
const longestName = 64;
/** One that sends no line is closed after this, in milliseconds. */
const nameWithinMs = 5_000;

/** Reads the line, and leaves what follows it on the socket; undefined for something else. */
const readName = (socket: Socket): Promise<string | undefined> =>
  new Promise((resolve) => {
    let read = Buffer.alloc(0);
    const end = (name: string | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', look).off('close', gone);
      resolve(name);
    };
    const gone = (): void => end(undefined);
    const look = (): void => {
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
    socket.on('readable', look).on('close', gone);
  });

/** Knows who opened the connections of a server whose clients come through a relay. */
export interface NamedAskers {
  /** Listens in place of the HTTP server. */
  readonly server: Server;
  /** Address of the node that opened a connection, as the relay said it; empty for another connection. */
  of(socket: Socket): string;
  /** Closes every connection. */
  closeAll(): void;
}

/** Hands connections to an HTTP server after the line with which a relay begins each: the address of the node that opened it. */
export const nameAskers = (http: HttpServer): NamedAskers => {
  const names = new WeakMap<Socket, string>();
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    // Whoever hangs up is no error of this server.
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
