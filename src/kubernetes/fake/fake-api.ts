import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../../values/object.ts';
import { type ObjectName, objectKey } from '../../values/object-key.ts';
import { apiVersionOf, type ResourceKind } from '../../values/resource-kind.ts';
import type { Connection } from '../credentials/connection.ts';
import { fixedToken } from '../credentials/token-source.ts';
import { createFaults, type Effect, type Faults } from './faults.ts';
import { type Backend, handle } from './handle.ts';
import { Refused } from './refused.ts';
import { createStorage } from './storage.ts';
import { createWatchers } from './watchers.ts';

/** A running fake API server, with controls for tests. */
export type FakeApi = {
  /** For clients; the token is `valid`. */
  readonly connection: Connection;
  readonly faults: Faults;
  /** Every request received so far, `METHOD /path?query`. */
  readonly requests: readonly string[];
  /** The number of open watches. */
  readonly watches: number;
  /** Creates or replaces an object, status included, like another client would. */
  put<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): T;
  read<T extends KubernetesObject>(kind: ResourceKind<T>, name: ObjectName): T | undefined;
  objects<T extends KubernetesObject>(kind: ResourceKind<T>): readonly T[];
  /** Deletes like another client would; finalizers hold as usual. */
  remove(kind: ResourceKind, name: ObjectName): void;
  /** Serves one more kind, as after its definition was created. */
  define(kind: ResourceKind): void;
  /** Serves a kind no more, as after its definition was removed: its objects are deleted first. */
  undefine(kind: ResourceKind): void;
  /** Drops all history: a watch from an older version, or the next page of an older list, gets 410. */
  compact(): void;
  /** Sends a bookmark on every watch. */
  bookmark(): void;
  /** Ends every watch, as a server does after its timeout. */
  endWatches(): void;
  /** Breaks every connection. */
  disconnect(): void;
  /** Stops listening and breaks every connection, until `resume`; objects stay. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * An API server for unit tests, in this process but over a real socket: create, read, replace, patch (merge, apply), delete with finalizers and
 * preconditions, conflicts, pages, watches with selectors and bookmarks, and faults on demand.
 *
 * It omits, on purpose: schemas, defaults, pruning, validation and admission; authorization (any token but `refused` is accepted); existence of
 * namespaces, and deletion of their content; garbage collection by owner; discovery and OpenAPI. Every kind has a status; every list in an applied
 * object is one field; field selectors take any path; a watch without a version starts with everything. Tests that need any of this run against a
 * real API server.
 */
export const startFakeApi = async (options: { readonly kinds: readonly ResourceKind[]; readonly now?: () => number }): Promise<FakeApi> => {
  const { kinds, now = () => Date.now() } = options;
  const storage = createStorage(now);
  const watchers = createWatchers(storage);
  const faults = createFaults();
  const backend: Backend = { kinds: new Set(kinds), storage, watchers, now, pages: new Map() };
  const requests: string[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request;
    requests.push(`${method} ${url}`);
    const effect = faults.effectOn(method, url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    try {
      if (request.headers.authorization === 'Bearer refused') throw new Refused(401, 'Unauthorized', 'Unauthorized');
      if (effect !== undefined && strike(effect, backend, request, body, response)) return;
      handle(backend, request, body, response);
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(500, 'InternalError', String(error));
      response.writeHead(refused.code, { 'content-type': 'application/json' }).end(JSON.stringify(refused.status()));
    }
  };

  const server = createServer((request, response) => {
    // A client that disconnects is not an error of the server.
    serve(request, response).catch(() => response.destroy());
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    connection: { server: `http://127.0.0.1:${port}`, credential: { kind: 'token', token: fixedToken('valid') }, namespace: 'default' },
    faults,
    requests,
    get watches() {
      return watchers.count;
    },
    put: <T extends KubernetesObject>(kind: ResourceKind<T>, object: T) => {
      const writer = { manager: 'somebody', operation: 'Update' } as const;
      const { resourceVersion: _, uid: __, ...metadata } = object.metadata;
      const body = { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
      const stored =
        storage.find(kind, objectKey(metadata)) === undefined ? storage.create(kind, body, writer) : storage.replace(kind, body, writer);
      return ('status' in body ? storage.replace(kind, body, { ...writer, subresource: 'status' }) : stored) as T;
    },
    read: <T extends KubernetesObject>(kind: ResourceKind<T>, name: ObjectName) => storage.find(kind, objectKey(name)) as T | undefined,
    objects: <T extends KubernetesObject>(kind: ResourceKind<T>) => storage.list(kind) as readonly T[],
    remove: (kind, name) => void storage.remove(kind, objectKey(name), {}),
    define: (kind) => void backend.kinds.add(kind),
    undefine: (kind) => {
      for (const { metadata } of storage.list(kind)) storage.remove(kind, objectKey(metadata), {});
      backend.kinds.delete(kind);
      watchers.end();
    },
    compact: () => {
      storage.compact();
      backend.pages.clear();
    },
    bookmark: () => watchers.bookmark(),
    endWatches: () => watchers.end(),
    disconnect: () => server.closeAllConnections(),
    pause: close,
    resume: () => listen(port),
    stop: close,
  };
};

/** Applies a fault; true when the request needs no other answer. */
const strike = (effect: Effect, backend: Backend, request: IncomingMessage, body: string, response: ServerResponse): boolean => {
  const isWatch = /[?&]watch=true/.test(request.url ?? '');
  if (typeof effect === 'object') {
    if (effect.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(effect.retryAfterSeconds));
    throw new Refused(effect.status, effect.status === 429 ? 'TooManyRequests' : 'InternalError', 'injected fault');
  }
  if (effect === 'stall') {
    if (isWatch) response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    return true;
  }
  if (effect === 'gone' && isWatch) {
    const status = new Refused(410, 'Expired', 'too old resource version').status();
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    return true;
  }
  if (effect === 'reset-after') {
    // The write is carried out; the answer is lost.
    const lost = new Proxy(response, {
      get: (target, field) => (field === 'writeHead' ? () => lost : field === 'end' ? () => lost : Reflect.get(target, field)),
    });
    handle(backend, request, body, lost);
  }
  request.socket.destroy();
  return true;
};
