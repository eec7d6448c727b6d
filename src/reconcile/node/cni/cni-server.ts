import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { isNetnsPath } from '../../../plan/facts/parse-snapshot.ts';
import { listen } from '../../../serving/listen.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { CniAnswer, CniRequest } from './cni-protocol.ts';

/** Handles one request of the CNI plugin; it must resolve within the time by which a pod's start may be delayed. */
export type CniHandler = (request: CniRequest, signal: AbortSignal) => Promise<CniAnswer>;

/** Longest delay of a pod's start; after it the pod starts, and is attached while it runs. */
const answerWithinMs = 2_500;
/** The longest request; it contains only names and a path. */
const longestLine = 8_192;

/** Serves the CNI plugin on a unix socket that only root can open. Returns a function that stops the server and removes the socket. */
export const serveCni = async (path: string, handle: CniHandler, log: Log): Promise<() => Promise<void>> => {
  await mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o700 });
  // A socket left by a killed agent refuses connections and cannot be bound again.
  await rm(path, { force: true });
  const server = createServer((socket) => {
    void serve(socket, handle).catch((error: unknown) => log.warn('CNI request failed', { error }));
  });
  const { stop } = await listen(server, { path }, `The socket ${path} for the CNI plugin cannot be opened`);
  await chmod(path, 0o600);
  return async () => {
    await stop();
    await rm(path, { force: true });
  };
};

const serve = async (socket: Socket, handle: CniHandler): Promise<void> => {
  socket.on('error', () => {});
  socket.setTimeout(answerWithinMs * 2, () => socket.destroy());
  const request = await readRequest(socket);
  if (request === undefined) {
    socket.end('{"ok":false,"message":"not a request"}\n');
    return;
  }
  const deadline = AbortSignal.timeout(answerWithinMs);
  const late = new Promise<CniAnswer>((resolve) => {
    deadline.addEventListener('abort', () => resolve({ ok: true, message: 'not attached in time; it is attached while the pod runs' }), {
      once: true,
    });
  });
  const answer = await Promise.race([handle(request, deadline), late]);
  socket.end(`${JSON.stringify(answer)}\n`);
};

const readRequest = (socket: Socket): Promise<CniRequest | undefined> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length > longestLine) resolve(undefined);
      if (text.includes('\n')) resolve(parse(text));
    });
    socket.on('close', () => resolve(undefined));
  });

const parse = (text: string): CniRequest | undefined => {
  try {
    const { command, containerId, netns, namespace, name, uid } = JSON.parse(text) as Record<string, unknown>;
    if (command !== 'ADD' && command !== 'DEL' && command !== 'CHECK') return undefined;
    if (![containerId, netns, namespace, name, uid].every((value) => typeof value === 'string')) return undefined;
    // The path becomes an argument of commands. A DEL for a sandbox that no longer exists has none.
    if (netns !== '' && !isNetnsPath(netns as string)) return undefined;
    return { command, containerId, netns, namespace, name, uid } as CniRequest;
  } catch {
    return undefined;
  }
};
