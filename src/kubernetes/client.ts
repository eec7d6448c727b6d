import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import { type ObjectName, objectKey } from '../values/object-key.ts';
import { apiVersionOf, type ResourceKind } from '../values/resource-kind.ts';
import type { Connection } from './credentials/connection.ts';
import type { Client, ObjectList, Selection, WatchEvent, Write } from './port.ts';
import { collectionPath, objectPath, type Query, queryString, requireNamespace } from './transport/address.ts';
import { createPulse, withPulse } from './transport/pulse.ts';
import { refusal, type Status } from './transport/refusal.ts';
import { createTransport, type Request } from './transport/transport.ts';
import { watchStream } from './transport/watch-stream.ts';

export type * from './port.ts';

/** Options of a client; only `fieldManager` is required. */
export type ClientOptions = {
  /** The field manager of our writes (server-side apply). */
  readonly fieldManager: string;
  /** @default `kubeslice/<fieldManager>` */
  readonly userAgent?: string;
  /** Deadline of a call that sets none. @default 30_000 */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /**
   * Checks every 3 s whether the server answers, while any request or watch is open, and ends everything when it does not. Each check is a small
   * request, so use it only for the few clients of a remote server.
   *
   * @default false
   */
  readonly pulse?: boolean;
  /** Called for each attempt with HTTP method, status (0: no answer) and duration. */
  readonly onAnswer?: (method: string, status: number, ms: number) => void;
};

/** Objects in one page of a list. @default 500, like kubectl */
const defaultPageSize = 500;
/** A server with a watch cache sends a bookmark about every minute. After so long a silence a new connection is worth its cost. */
const defaultIdleMs = 90_000;
const defaultWatchSeconds = 300;

/** A client of an API server. One kept-alive connection serves successive calls; each watch has its own. */
export const createClient = (connection: Connection, options: ClientOptions): Client => {
  const { fieldManager, userAgent = `kubeslice/${fieldManager}`, timeoutMs = 30_000, clock = systemClock } = options;
  const plain = createTransport(connection, { ...options, userAgent, clock });
  const transport = options.pulse === true ? withPulse(plain, createPulse(plain, connection.server, clock), clock) : plain;

  const send = async (request: Omit<Request, 'timeoutMs'> & { readonly timeoutMs?: number | undefined }): Promise<string> =>
    (await transport.send({ ...request, timeoutMs: request.timeoutMs ?? timeoutMs })).body;
  const json = async <T>(request: Parameters<typeof send>[0]): Promise<T> => parse(await send(request), request.doing) as T;

  const write = <T extends KubernetesObject>(
    method: string,
    kind: ResourceKind<T>,
    path: string,
    body: unknown,
    call: Write & { readonly contentType?: string; readonly query?: Query; readonly doing: string },
  ): Promise<T> =>
    json<T>({
      ...call,
      method,
      path: path + queryString({ fieldManager, dryRun: call.dryRun === true ? 'All' : undefined, ...call.query }),
      body: JSON.stringify(body),
      doing: `${call.doing} ${kind.plural}`,
    });

  const patch = <T extends KubernetesObject>(
    type: string,
    kind: ResourceKind<T>,
    target: ObjectName,
    body: unknown,
    call: Write & { readonly subresource?: string; readonly query?: Query },
  ): Promise<T> =>
    write('PATCH', kind, objectPath(kind, target, call.subresource), body, {
      ...call,
      contentType: `application/${type}`,
      doing: `change ${objectKey(target)} in`,
    });

  async function* pages<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    call: Parameters<Client['pages']>[1],
  ): AsyncGenerator<ObjectList<T>> {
    let token: string | undefined;
    do {
      const query = { ...selectors(call), limit: call.pageSize ?? defaultPageSize, continue: token };
      const page = await json<ListAnswer<T>>({
        ...call,
        method: 'GET',
        path: collectionPath(kind, call.namespace) + queryString(query),
        doing: `list ${kind.plural}`,
        accept: accepted(kind, 'PartialObjectMetadataList'),
      });
      yield { items: (page.items ?? []).map((item) => typed(kind, item)), resourceVersion: page.metadata?.resourceVersion ?? '' };
      token = page.metadata?.continue;
    } while (token !== undefined && token !== '');
  }

  async function* watch<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    call: Parameters<Client['watch']>[1],
  ): AsyncGenerator<WatchEvent<T>> {
    const { timeoutSeconds = defaultWatchSeconds, resourceVersion, idleMs = defaultIdleMs } = call;
    const query = { ...selectors(call), watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
    const doing = `watch ${kind.plural}`;
    const path = collectionPath(kind, call.namespace) + queryString(query);
    const onAnswer = call.onContact;
    const accept = accepted(kind, 'PartialObjectMetadata');
    const stream = await transport.open({ ...call, method: 'GET', path, doing, timeoutMs: call.timeoutMs ?? timeoutMs, onAnswer, accept });
    call.onContact?.();
    for await (const value of watchStream(stream, idleMs, clock)) {
      const event = value as { readonly type?: string; readonly object?: T & Status };
      if (event.object === undefined) continue;
      if (event.type === 'ERROR') throw refusal(doing, connection.server, event.object.code ?? 500, event.object);
      if (event.type === 'BOOKMARK') yield { type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion ?? '' };
      else if (event.type === 'ADDED' || event.type === 'MODIFIED' || event.type === 'DELETED')
        yield { type: event.type, object: event.object };
    }
    if (call.signal.aborted) throw new Failure('Interrupted', `The request to ${doing} was cancelled.`, { cause: call.signal.reason });
  }

  const get = async <T extends KubernetesObject>(
    kind: ResourceKind<T>,
    target: ObjectName,
    call: Parameters<Client['get']>[2],
  ): Promise<T> => json<T>({ ...call, method: 'GET', path: objectPath(kind, target), doing: `get ${kind.plural} ${objectKey(target)}` });

  return {
    server: connection.server,
    get,
    find: async (kind, target, call) => {
      try {
        return await get(kind, target, call);
      } catch (error) {
        if (Failure.is(error, 'NotFound')) return undefined;
        throw error;
      }
    },
    pages,
    list: async <T extends KubernetesObject>(kind: ResourceKind<T>, call: Parameters<Client['list']>[1]) => {
      for (let tries = 0; ; tries += 1) {
        const items: T[] = [];
        let resourceVersion = '';
        try {
          for await (const page of pages(kind, call)) {
            items.push(...page.items);
            resourceVersion = page.resourceVersion;
          }
          return { items, resourceVersion };
        } catch (error) {
          if (tries > 0 || !Failure.is(error, 'Gone')) throw error;
        }
      }
    },
    watch,
    create: async (kind, object, call) => {
      requireNamespace(kind, object.metadata.namespace);
      const doing = `create ${objectKey(object.metadata)} in`;
      return write('POST', kind, collectionPath(kind, object.metadata.namespace), typed(kind, object), { ...call, doing });
    },
    update: async (kind, object, call) => {
      const doing = `replace ${objectKey(object.metadata)} in`;
      return write('PUT', kind, objectPath(kind, object.metadata), typed(kind, object), { ...call, doing });
    },
    mergePatch: async (kind, target, body, call) => patch('merge-patch+json', kind, target, body, call),
    apply: async (kind, desired, call) => {
      const query = { force: call.force ?? true, ...(call.fieldManager === undefined ? {} : { fieldManager: call.fieldManager }) };
      return patch('apply-patch+yaml', kind, desired.metadata, applied(kind, desired), { ...call, query });
    },
    delete: async (kind, target, { uid, resourceVersion, propagation, gracePeriodSeconds, ...call }) => {
      const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: propagation, gracePeriodSeconds };
      const path = objectPath(kind, target) + queryString({ dryRun: call.dryRun === true ? 'All' : undefined });
      await send({ ...call, method: 'DELETE', path, body: JSON.stringify(body), doing: `delete ${kind.plural} ${objectKey(target)}` });
    },
    deleteAll: async (kind, { propagation, ...call }) => {
      const query = { ...selectors(call), propagationPolicy: propagation, dryRun: call.dryRun === true ? 'All' : undefined };
      const path = collectionPath(kind, call.namespace) + queryString(query);
      await send({ ...call, method: 'DELETE', path, doing: `delete ${kind.plural}` });
    },
    createSubresource: async (kind, target, subresource, body, call) =>
      json({
        ...call,
        method: 'POST',
        path: objectPath(kind, target, subresource) + queryString({ dryRun: call.dryRun === true ? 'All' : undefined }),
        body: JSON.stringify(body),
        doing: `create ${subresource} of ${kind.plural} ${objectKey(target)}`,
      }),
    raw: async (path, { method = 'GET', body, ...call }) => {
      const answer = await send({
        ...call,
        method,
        path,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        doing: `${method} ${path}`,
      });
      try {
        return JSON.parse(answer);
      } catch {
        return answer;
      }
    },
    close: () => transport.close(),
  };
};

/** The media type for metadata only (https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches). */
const accepted = ({ metadataOnly }: ResourceKind, as: string): string | undefined =>
  metadataOnly === true ? `application/json;as=${as};g=meta.k8s.io;v=v1` : undefined;

type ListAnswer<T> = {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
};

const selectors = ({ labelSelector, fieldSelector }: Selection): Query => ({ labelSelector, fieldSelector });

/** The object with apiVersion and kind, which lists of built-in kinds omit. */
const typed = <T extends KubernetesObject>(kind: ResourceKind<T>, object: T): T =>
  object.kind === kind.kind && object.apiVersion !== undefined ? object : { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };

/** The form for server-side apply: without `managedFields`, with apiVersion and kind. A `resourceVersion` stays: it is a precondition. */
const applied = <T extends KubernetesObject>(kind: ResourceKind<T>, desired: T): object => {
  const { managedFields: _, ...metadata } = desired.metadata;
  return { ...typed(kind, desired), metadata };
};

const parse = (body: string, doing: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Failure('Unexpected', `The answer to ${doing} is not JSON.`, { cause });
  }
};
