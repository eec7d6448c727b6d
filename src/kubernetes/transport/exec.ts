import { type RawData, type ClientOptions as SocketOptions, WebSocket } from 'ws';
import { Failure } from '../../values/failure.ts';
import type { Connection } from '../credentials/connection.ts';
import { queryString } from './address.ts';
import { refusal, statusIn } from './refusal.ts';

/** A command in a running container. */
export interface Exec {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  /** @default 20_000 */
  readonly timeoutMs?: number;
}

/** Output and exit code of the command. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Maximum number of bytes that a command may print, both streams together; the output is held in memory. */
const mostBytes = 32 * 1024 * 1024;

/** Channels of the remote command protocol: the first byte of each message. */
const channels = { stdout: 1, stderr: 2, error: 3 } as const;

/** The supported versions of the protocol, the newest first; every supported API server answers v4 (KEP-4006). */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const pathOf = ({ namespace, pod, container, command }: Exec): string => {
  const query = queryString({ container, stdout: true, stderr: true });
  const words = command.map((word) => `&command=${encodeURIComponent(word)}`).join('');
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec${query}${words}`;
};

/** The exit code in the `Status` that ends a command: 0 for success, else the cause of type ExitCode. */
const exitCode = (text: string): number | Failure => {
  const status = JSON.parse(text) as {
    readonly status?: string;
    readonly message?: string;
    readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
  };
  if (status.status === 'Success') return 0;
  const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  return Number.isInteger(code)
    ? code
    : new Failure('CommandFailed', `The command could not be run: ${status.message ?? 'no reason was given'}.`);
};

const bytesOf = (data: RawData): Buffer => {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
};

const socketOptions = async (connection: Connection, { signal, timeoutMs = 20_000 }: Exec): Promise<SocketOptions> => {
  const { ca, credential, tlsServerName, insecureSkipTlsVerify } = connection;
  return {
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
    ...(ca === undefined ? {} : { ca }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
    ...(credential.kind === 'certificate' ? { cert: credential.certificate, key: credential.key } : {}),
    ...(credential.kind === 'token' ? { headers: { authorization: `Bearer ${await credential.token({ signal })}` } } : {}),
  };
};

/**
 * Runs a command in a container through the API server (`pods/exec`) and waits for its end. Its standard input is empty.
 *
 * @throws Failure Forbidden, NotFound or Unavailable when the API server does not run it, CommandFailed when the container cannot, Timeout,
 * Interrupted.
 */
export const execInPod = async (connection: Connection, exec: Exec): Promise<Executed> => {
  const { signal, timeoutMs = 20_000, pod, namespace } = exec;
  const doing = `run a command in pod ${namespace}/${pod}`;
  if (signal.aborted) throw new Failure('Interrupted', `The request to ${doing} was cancelled.`, { cause: signal.reason });
  const server = connection.server.replace(/\/$/, '');
  const socket = new WebSocket(server.replace(/^http/, 'ws') + pathOf(exec), protocols, await socketOptions(connection, exec));
  const text = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  return new Promise<Executed>((resolve, reject) => {
    let size = 0;
    let ended: number | Failure | undefined;
    const stop = (failure: Failure): void => {
      ended ??= failure;
      socket.terminate();
    };
    const interrupt = (): void => stop(new Failure('Interrupted', `The request to ${doing} was cancelled.`, { cause: signal.reason }));
    const timer = setTimeout(() => stop(new Failure('Timeout', `It took longer than ${timeoutMs} ms to ${doing}.`)), timeoutMs);
    signal.addEventListener('abort', interrupt, { once: true });
    // Aborted while the token was fetched; the listener would never be called.
    if (signal.aborted) interrupt();
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('close', () =>
        stop(refusal(doing, connection.server, response.statusCode ?? 0, statusIn(Buffer.concat(chunks).toString('utf8')))),
      );
    });
    socket.on('message', (data: RawData) => {
      const message = bytesOf(data);
      const [channel] = message;
      size += message.length;
      if (size > mostBytes)
        stop(new Failure('CommandFailed', `The command in pod ${namespace}/${pod} printed more than ${mostBytes} bytes.`));
      else if (channel === channels.stdout) text.stdout.push(message.subarray(1));
      else if (channel === channels.stderr) text.stderr.push(message.subarray(1));
      else if (channel === channels.error) ended = exitCode(message.subarray(1).toString('utf8'));
    });
    socket.on('error', (error) => {
      ended ??= new Failure('Unavailable', `The API server ${connection.server} did not ${doing}: ${error.message}.`, { cause: error });
    });
    socket.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
      if (typeof ended === 'number') {
        resolve({ code: ended, stdout: Buffer.concat(text.stdout).toString('utf8'), stderr: Buffer.concat(text.stderr).toString('utf8') });
      } else
        reject(ended ?? new Failure('Unavailable', `The connection was lost before the command in pod ${namespace}/${pod} had ended.`));
    });
  });
};
