import type { ResourceKind } from '../../values/resource-kind.ts';
import { Refused } from './refused.ts';

/** The meaning of an address. */
export type Route = {
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

/** The route of a path, among the served kinds; `Refused` with NotFound for any other. */
export const routeOf = (path: string, kinds: readonly ResourceKind[]): Route => {
  const match = /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>v[^/]+)(?<rest>\/.*)$/.exec(path);
  const { group = '', version = '', rest = '' } = match?.groups ?? {};
  // `/namespaces/x` alone is the Namespace itself, `/namespaces/x/status` its status, anything longer an object inside it.
  const within = /^\/namespaces\/([^/]+)\/(?!(?:status|finalize)$)([^/].*)$/.exec(rest);
  const namespace = within?.[1];
  const [plural, name, subresource] = (within?.[2] ?? rest.slice(1)).split('/').map((part) => decodeURIComponent(part));
  const kind = kinds.find((candidate) => candidate.group === group && candidate.version === version && candidate.plural === plural);
  if (kind === undefined || (namespace !== undefined && !kind.namespaced))
    throw new Refused(404, 'NotFound', 'the server could not find the requested resource');
  return { kind, namespace, name, subresource };
};
