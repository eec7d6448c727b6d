import { dnsNameOf } from '../../api/places.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';

/** One service as one cluster offers it to one slice. */
export interface ServiceRow {
  readonly slice: string;
  readonly namespace: string;
  readonly name: string;
  readonly cluster: string;
  /** Ports by which clients call, such as `80/TCP`. */
  readonly ports: readonly string[];
  readonly ready: number;
  readonly endpoints: readonly {
    readonly pod: string;
    readonly addresses: readonly string[];
    readonly node: string;
    readonly ready: boolean;
  }[];
  /** Why it is not offered; absent when it is. */
  readonly problem?: string;
  /** Name by which it is found in every cluster of the slice. */
  readonly dnsName: string;
}

/** All exports: those that are not offered or have no ready endpoint first, then by name. */
export const planServices = ({ offers, reports }: Pick<FleetSnapshot, 'offers' | 'reports'>): ServiceRow[] => {
  const key = (row: ServiceRow): string => [row.slice, row.namespace, row.name, row.cluster].join('\u0000');
  const failing = reports.flatMap(({ slice, cluster, report }) =>
    (report.failingExports ?? []).map(
      ({ namespace, name, message }): ServiceRow => ({
        slice,
        namespace,
        name,
        cluster,
        ports: [],
        ready: 0,
        endpoints: [],
        problem: message,
        dnsName: dnsNameOf(name, namespace),
      }),
    ),
  );
  return offers
    .map(
      ({ slice, cluster, body: { namespace, name, ports, endpoints } }): ServiceRow => ({
        slice,
        namespace,
        name,
        cluster,
        ports: ports.map(({ port, protocol }) => `${port}/${protocol}`),
        ready: endpoints.filter((endpoint) => endpoint.ready).length,
        endpoints,
        dnsName: dnsNameOf(name, namespace),
      }),
    )
    .concat(failing)
    .toSorted((a, b) => Number(a.ready > 0) - Number(b.ready > 0) || (key(a) < key(b) ? -1 : 1));
};
