import { dnsNameOf } from '../../api/places.ts';
import { type FleetSnapshot, sliceByBoard } from './fleet-snapshot.ts';
import { failingExportsOf, readNotice } from './read-notice.ts';

/** One service as one cluster offers it to one slice. */
export interface ServiceRow {
  readonly slice: string;
  readonly namespace: string;
  readonly name: string;
  readonly cluster: string;
  /** Ports by which clients call, such as `80/TCP`. */
  readonly ports: readonly string[];
  readonly ready: number;
  readonly endpoints: readonly { readonly pod: string; readonly address: string; readonly node: string; readonly ready: boolean }[];
  /** Why it is not offered; absent when it is. */
  readonly problem?: string;
  /** Name by which it is found in every cluster of the slice. */
  readonly dnsName: string;
}

/** All exports: those that are not offered or have no ready endpoint first, then by name. */
export const planServices = ({ slices, notices }: Pick<FleetSnapshot, 'slices' | 'notices'>): ServiceRow[] => {
  const names = sliceByBoard(slices);
  const key = (row: ServiceRow): string => [row.slice, row.namespace, row.name, row.cluster].join('\u0000');
  return notices
    .flatMap((notice): ServiceRow[] => {
      const slice = names.get(notice.metadata.namespace ?? '');
      if (slice === undefined) return [];
      if (notice.spec.kind === 'Links') {
        return failingExportsOf(notice).map(({ namespace, name, message }) => ({
          slice,
          namespace,
          name,
          cluster: notice.spec.cluster,
          ports: [],
          ready: 0,
          endpoints: [],
          problem: message,
          dnsName: dnsNameOf(name, namespace),
        }));
      }
      const body = readNotice(notice, 'Export');
      if (body === undefined) return [];
      const { namespace, name, endpoints } = body;
      return [
        {
          slice,
          namespace,
          name,
          cluster: notice.spec.cluster,
          ports: body.ports.map(({ port, protocol }) => `${port}/${protocol}`),
          ready: endpoints.filter((endpoint) => endpoint.ready).length,
          endpoints,
          dnsName: dnsNameOf(name, namespace),
        },
      ];
    })
    .toSorted((a, b) => Number(a.ready > 0) - Number(b.ready > 0) || (key(a) < key(b) ? -1 : 1));
};
