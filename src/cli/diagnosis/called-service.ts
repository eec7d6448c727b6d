import { serviceImportKind } from '../../api/kinds.ts';
import { importedNamespaceLabel, importedServiceLabel, sourceClusterLabel } from '../../api/labels.ts';
import { dnsNameOf } from '../../api/places.ts';
import type { ServiceImport } from '../../api/serviceimport/type.ts';
import { endpointSliceKind } from '../../kubernetes/kinds.ts';
import type { PathView } from '../../plan/diagnosis/explain/path-view.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import type { Called } from './called.ts';

/** What the cluster of the caller knows of a target name. */
export interface CalledService extends Pick<NonNullable<PathView['service']>, 'dnsName' | 'import' | 'withheld' | 'known'> {
  /** The endpoint to test: one of another cluster, if there is any. */
  readonly endpoint: { readonly ip: string; readonly clusterId: string; readonly name?: string | undefined } | undefined;
  readonly port: PathView['port'];
}

/** The published endpoints of a service in other clusters, including those that are withheld here because their nodes are unreachable. */
const statedEndpoints = async ({ list }: Pick<OpenCluster['client'], 'list'>, { namespace, name }: Called, signal: AbortSignal) => {
  const { items } = await list(endpointSliceKind, { labelSelector: `${importedServiceLabel}=${name}`, signal });
  return items
    .filter(({ metadata }) => (metadata.labels?.[importedNamespaceLabel] ?? metadata.namespace) === namespace)
    .flatMap(({ metadata, endpoints }) =>
      (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .map((each) => ({
          ip: each.addresses[0] ?? '',
          clusterId: metadata.labels?.[sourceClusterLabel] ?? '',
          name: each.targetRef?.name ?? each.hostname,
        })),
    );
};

/** The target port of an import, its first one by default; an unknown port is used unchanged. */
const portOf = (found: ServiceImport | undefined, { port }: Called): PathView['port'] => {
  const offered = found?.spec.ports.find(({ servicePort, containerPort }) => port === undefined || (servicePort ?? containerPort) === port);
  if (offered === undefined) return port === undefined ? undefined : { number: port, protocol: 'TCP', targetPort: port };
  const { servicePort, containerPort, protocol = 'TCP' } = offered;
  return { number: servicePort ?? containerPort, protocol: protocol.toUpperCase(), targetPort: containerPort };
};

/** `namespace/name` of an imported service, by its name in DNS. */
const knownAs = ({ spec }: ServiceImport): string => {
  const [name = '', namespace = ''] = spec.dnsName.split('.');
  return `${namespace}/${name}`;
};

/** Reads what the cluster `own` knows of a name. */
export const readCalledService = async (
  { client }: OpenCluster,
  called: Called,
  own: string | undefined,
  signal: AbortSignal,
): Promise<CalledService> => {
  const imports = (await client.list(serviceImportKind, { signal })).items;
  const dnsName = dnsNameOf(called.name, called.namespace);
  const found = imports.find(({ spec }) => spec.dnsName === dnsName);
  const stated = found === undefined ? [] : await statedEndpoints(client, called, signal);
  const shown = found?.status?.endpoints ?? [];
  const ready = shown.length > 0 ? shown : stated;
  return {
    dnsName,
    import: found,
    withheld: shown.length > 0 ? 0 : stated.length,
    known: imports.map(knownAs),
    endpoint: ready.find(({ clusterId }) => clusterId !== own) ?? ready[0],
    port: portOf(found, called),
  };
};
