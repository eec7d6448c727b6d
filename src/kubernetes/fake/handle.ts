import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubernetesObject } from '../../values/object.ts';
import { objectKey } from '../../values/object-key.ts';
import { apiVersionOf, type ResourceKind } from '../../values/resource-kind.ts';
import { applyConfiguration, type Writer } from './ownership.ts';
import { type Json, mergePatch, without } from './patching.ts';
import { Refused } from './refused.ts';
import { type Route, routeOf } from './routes.ts';
import { selection } from './selection.ts';
import type { Storage } from './storage.ts';
import { issueToken } from './tokens.ts';
import type { Shape, Watchers } from './watchers.ts';

/** The state behind the answers. */
export type Backend = {
  /** The served kinds. */
  readonly kinds: Set<ResourceKind>;
  readonly storage: Storage;
  readonly watchers: Watchers;
  readonly now: () => number;
  /** Lists that are being read page by page: token → the remaining objects. */
  readonly pages: Map<string, readonly KubernetesObject[]>;
};

/** Answers one request; throws `Refused` for what a real server refuses. */
export const handle = (backend: Backend, request: IncomingMessage, body: string, response: ServerResponse): void => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const method = request.method ?? 'GET';
  if (url.pathname === '/version') return answer(response, 200, { major: '1', minor: '99', gitVersion: 'v1.99.0-fake' });
  if (url.pathname === '/readyz') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
  const route = routeOf(url.pathname, [...backend.kinds]);
  if (method === 'GET') return read(backend, route, url.searchParams, response, shapeOf(String(request.headers.accept)));
  const payload: unknown = body === '' ? undefined : JSON.parse(body);
  if (method === 'POST') return answer(response, 201, post(backend, route, payload as KubernetesObject, url.searchParams));
  if (method === 'PUT')
    return answer(
      response,
      200,
      backend.storage.replace(route.kind, placed(route, payload as KubernetesObject), writerOf(route, url.searchParams)),
    );
  if (method === 'PATCH')
    return answer(response, 200, patch(backend, route, String(request.headers['content-type']), payload, url.searchParams));
  if (method === 'DELETE') return answer(response, 200, remove(backend, route, payload, url.searchParams));
  throw new Refused(405, 'MethodNotAllowed', `${method} is not served`);
};

const answer = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** The form of each object in an answer: complete, or metadata only. */
const shapeOf = (accept: string): Shape =>
  accept.includes('as=PartialObjectMetadata')
    ? ({ metadata }) => ({ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata })
    : (object) => object;

const read = (
  { storage, watchers, pages }: Backend,
  route: Route,
  query: URLSearchParams,
  response: ServerResponse,
  shape: Shape,
): void => {
  const { kind, namespace, name } = route;
  if (name !== undefined) {
    const found = storage.find(kind, objectKey({ name, ...(namespace === undefined ? {} : { namespace }) }));
    if (found === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${name}" not found`);
    return answer(response, 200, found);
  }
  const matches = selection(query.get('labelSelector'), query.get('fieldSelector'));
  if (query.get('watch') === 'true')
    return watchers.open(
      response,
      kind,
      query.get('resourceVersion') ?? '',
      namespace,
      matches,
      Number(query.get('timeoutSeconds') ?? 300),
      shape,
    );
  const token = query.get('continue');
  const [version, all] = token === null ? [String(storage.version), storage.list(kind)] : [token.split('-')[0] ?? '', pages.get(token)];
  if (all === undefined) throw new Refused(410, 'Expired', 'The provided continue parameter is too old');
  const selected = all.filter((object) => (namespace === undefined || object.metadata.namespace === namespace) && matches(object));
  const limit = Number(query.get('limit') ?? 0) || selected.length;
  const rest = selected.slice(limit);
  const next = rest.length === 0 ? undefined : `${version}-${pages.size}`;
  if (next !== undefined) pages.set(next, rest);
  // Items come without apiVersion and kind, like those of the real server's built-in kinds.
  const items = selected.slice(0, limit).map((item) => without(shape(item), 'apiVersion', 'kind'));
  answer(response, 200, {
    apiVersion: apiVersionOf(kind),
    kind: `${kind.kind}List`,
    metadata: { resourceVersion: version, continue: next },
    items,
  });
};

const post = ({ storage, now }: Backend, route: Route, object: KubernetesObject, query: URLSearchParams): object => {
  const { kind, namespace = '', name, subresource } = route;
  if (subresource === 'token' && name !== undefined)
    return { ...object, status: issueToken(namespace, name, storage.version, new Date(now() + 3_600_000)) };
  if (subresource !== undefined) throw new Refused(404, 'NotFound', 'the server could not find the requested resource');
  // Every client may do everything here; like the real server, it stores no reviews.
  if (kind.kind === 'SelfSubjectAccessReview') return { ...object, status: { allowed: true } };
  if (kind.kind === 'SelfSubjectReview') return { ...object, status: { userInfo: { username: 'someone' } } };
  return storage.create(kind, placed(route, object), writerOf(route, query));
};

const patch = ({ storage }: Backend, route: Route, contentType: string, payload: unknown, query: URLSearchParams): object => {
  const { kind, namespace, name = '', subresource } = route;
  const key = objectKey({ name, ...(namespace === undefined ? {} : { namespace }) });
  const live = storage.find(kind, key);
  if (contentType.startsWith('application/apply-patch')) return apply(storage, route, key, live, payload as KubernetesObject, query);
  if (live === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${name}" not found`);
  const patched = mergePatch(live, payload);
  // Only a version in the patch itself is a precondition.
  const version =
    (payload as { readonly metadata?: { readonly resourceVersion?: string } }).metadata?.resourceVersion ??
    live.metadata.resourceVersion ??
    '';
  const next = patched as KubernetesObject;
  return storage.replace(
    kind,
    { ...next, metadata: { ...next.metadata, resourceVersion: version } },
    writerOf({ ...route, subresource }, query),
  );
};

const apply = (
  storage: Storage,
  route: Route,
  key: string,
  live: KubernetesObject | undefined,
  desired: KubernetesObject,
  query: URLSearchParams,
): object => {
  const { kind, subresource } = route;
  const writer: Writer = { ...writerOf(route, query), operation: 'Apply' };
  const { status, ...body } = placed(route, desired) as KubernetesObject & Json;
  const config = (subresource === 'status'
    ? { apiVersion: body.apiVersion, kind: body.kind, metadata: body.metadata, status }
    : body) as unknown as Json;
  if (live === undefined && subresource !== undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${key}" not found`);
  const before = (live ?? { apiVersion: body.apiVersion, kind: body.kind, metadata: body.metadata }) as unknown as Json;
  const { object, owners } = applyConfiguration(before, storage.ownersOf(kind, key), config, writer, query.get('force') === 'true');
  const next = object as unknown as KubernetesObject;
  if (live === undefined) return storage.create(kind, next, writer, owners);
  const precondition = desired.metadata.resourceVersion ?? live.metadata.resourceVersion ?? '';
  return storage.replace(kind, { ...next, metadata: { ...next.metadata, resourceVersion: precondition } }, writer, owners);
};

const remove = ({ storage }: Backend, route: Route, payload: unknown, query: URLSearchParams): object => {
  const { kind, namespace, name } = route;
  const { preconditions = {} } = (payload ?? {}) as {
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
  if (name !== undefined)
    return storage.remove(kind, objectKey({ name, ...(namespace === undefined ? {} : { namespace }) }), preconditions);
  const matches = selection(query.get('labelSelector'), query.get('fieldSelector'));
  for (const object of storage.list(kind))
    if ((namespace === undefined || object.metadata.namespace === namespace) && matches(object))
      storage.remove(kind, objectKey(object.metadata), {});
  return { kind: 'Status', apiVersion: 'v1', status: 'Success' };
};

/** The object with the namespace and name of the address. */
const placed = ({ kind, namespace, name }: Route, object: KubernetesObject): KubernetesObject => {
  if (object.kind !== kind.kind || object.apiVersion !== apiVersionOf(kind))
    throw new Refused(400, 'BadRequest', `${object.apiVersion} ${object.kind} in the body does not match ${kind.plural} in the address`);
  if (name !== undefined && object.metadata.name !== name)
    throw new Refused(400, 'BadRequest', 'the name of the object does not match the name on the URL');
  if (namespace !== undefined && object.metadata.namespace !== undefined && object.metadata.namespace !== namespace)
    throw new Refused(400, 'BadRequest', 'the namespace of the provided object does not match the namespace sent on the request');
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
};

const writerOf = ({ subresource }: Route, query: URLSearchParams): Writer => ({
  manager: query.get('fieldManager') ?? 'unknown',
  operation: 'Update',
  ...(subresource === undefined ? {} : { subresource }),
});
