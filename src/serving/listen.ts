import type { ListenOptions, Server } from 'node:net';
import { Failure } from '../values/failure.ts';

/** A listening server. */
export interface Listening {
  /** Port on which it listens; 0 for a unix socket. */
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts to listen.
 *
 * @param what names what fails, as the beginning of a sentence such as `Metrics cannot be served on 0.0.0.0:9812`.
 * @param closeConnections ends the open connections when the server stops; without it they are awaited.
 * @throws Failure Unavailable when it cannot listen.
 */
export const listen = async (server: Server, at: ListenOptions, what: string, closeConnections?: () => void): Promise<Listening> => {
  await new Promise<void>((resolve, reject) => {
    // A failed accept (too many open files) emits this again later; without a listener it would end the process.
    server.on('error', (cause) => reject(new Failure('Unavailable', `${what}: ${cause.message}.`, { cause })));
    server.listen(at, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'string' ? 0 : (address?.port ?? 0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closeConnections?.();
      }),
  };
};
