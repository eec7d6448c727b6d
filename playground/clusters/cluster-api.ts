import { Agent, request } from 'node:https';
import { Failure } from '../../src/values/failure.ts';
import type { KeyPair } from '../keys/certificate-authority.ts';

/** The few API calls that bringing up a cluster needs, as its administrator. */
export interface ClusterApi {
  /**
   * Parsed JSON, or the text if it is not JSON. @throws Failure `Unavailable` when there is no answer, `NotFound`, else `CommandFailed` with the
   * server's message.
   */
  get(path: string): Promise<unknown>;
  /** Server-side apply of one object at its path. */
  apply(path: string, object: object): Promise<void>;
  close(): void;
}

/** A client of one API server over one kept-alive connection. */
export function clusterApi(address: string, authority: string, client: KeyPair, signal: AbortSignal): ClusterApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: authority, cert: client.certificate, key: client.key });
  const call = (method: string, path: string, type?: string, body?: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const unavailable = (error: Error): void =>
        reject(
          signal.aborted
            ? new Failure('Interrupted', 'The request was cancelled.', { cause: error })
            : new Failure('Unavailable', `https://${address}:6443 does not answer: ${error.message}`, { cause: error }),
        );
      const sent = request({ host: address, port: 6443, method, path, agent, headers, signal, timeout: 10_000 }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', unavailable);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) return resolve(parse(text));
          const code = status === 404 ? 'NotFound' : status === 403 || status === 429 || status >= 500 ? 'Unavailable' : 'CommandFailed';
          reject(new Failure(code, `${method} ${path} was answered ${status}: ${messageOf(text)}`, { status }));
        });
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
      sent.on('error', unavailable);
      sent.end(body);
    });
  return {
    get: (path) => call('GET', path),
    apply: async (path, object) => {
      await call('PATCH', `${path}?fieldManager=playground&force=true`, 'application/apply-patch+yaml', JSON.stringify(object));
    },
    close: () => agent.destroy(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function messageOf(text: string): string {
  const body = parse(text);
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return text.slice(0, 300);
}
