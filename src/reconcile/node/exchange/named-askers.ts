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

/** The first byte of a TLS handshake (RFC 8446 §5.1, ContentType). */
const handshakeByte = 22;

/** The first byte of what follows, which stays on the socket; undefined when the socket closes before. */
const firstByte = (socket: Socket): Promise<number | undefined> =>
  new Promise((resolve) => {
    const look = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      end(chunk[0]);
      socket.unshift(chunk);
    };
    const gone = (): void => end(undefined);
    const end = (byte: number | undefined): void => {
      socket.off('readable', look).off('close', gone);
      resolve(byte);
    };
    socket.on('readable', look).on('close', gone);
    look();
  });

/**
 * Passes connections to an HTTP server after the first line, in which the relay names the address of the connecting node.
 *
 * @param onSession takes the connections on which a TLS session begins instead, with the address; without it they are closed
 */
export const nameAskers = (http: HttpServer, onSession?: (connection: Socket, from: string) => void): NamedAskers => {
  const names = new WeakMap<Socket, string>();
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    // A client that disconnects is not an error of this server.
    socket.on('error', () => {});
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const late = setTimeout(() => socket.destroy(), nameWithinMs);
    readLine(socket, longestName)
      .then(async (name) => ({ name, byte: await firstByte(socket) }))
      .finally(() => clearTimeout(late))
      .then(
        ({ name, byte }) => {
          names.set(socket, name);
          if (byte !== handshakeByte) http.emit('connection', socket);
          else if (onSession === undefined) socket.destroy();
          else onSession(socket, name);
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
