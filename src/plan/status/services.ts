import { dnsNameOf } from '../../api/places.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { SickExport } from './export-problems.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';
import { isDead, type NodeRow } from './nodes.ts';

/** One service that one cluster offers to one slice. */
export interface ServiceRow {
  readonly slice: string;
  readonly namespace: string;
  readonly name: string;
  readonly cluster: string;
  /** Ports that clients call, such as `80/TCP`. */
  readonly ports: readonly string[];
  /** Endpoints that take connections, on reachable nodes. */
  readonly ready: number;
  readonly endpoints: readonly {
    readonly pod: string;
    readonly addresses: readonly string[];
    readonly node: string;
    readonly ready: boolean;
  }[];
  /** The fault, in a sentence; absent when there is none. */
  readonly problem?: string;
  readonly reason?: string;
  /** Since when, by the clock of its cluster. */
  readonly since?: string;
  /** DNS name in every cluster of the slice. */
  readonly dnsName: string;
}

/** The inputs of the list of services. */
export interface ServicesSeen extends Pick<FleetSnapshot, 'offers'> {
  readonly sick: readonly SickExport[];
  readonly nodes: readonly NodeRow[];
  /** Clusters without contact, each with a sentence. */
  readonly lost?: ReadonlyMap<string, string>;
}

const key = (row: Pick<ServiceRow, 'slice' | 'namespace' | 'name' | 'cluster'>): string =>
  [row.slice, row.namespace, row.name, row.cluster].join('\u0000');

/** The fault of an offer by its endpoints alone. */
const endpointTrouble = (ready: number, total: number, dead: readonly string[]): Pick<ServiceRow, 'problem' | 'reason'> => {
  if (dead.length > 0) {
    const nodes = [...new Set(dead)].toSorted().slice(0, 3).join(', ');
    return { reason: 'NodeNotReady', problem: `${dead.length} of ${total} endpoints are on nodes that are off or unreachable: ${nodes}.` };
  }
  return ready > 0 ? {} : { reason: 'EndpointsNotReady', problem: `0 of ${total} endpoints are ready.` };
};

/** All exports: those that are not offered or have no ready endpoint first, then by name. */
export const planServices = ({ offers, sick, nodes, lost = new Map() }: ServicesSeen): ServiceRow[] => {
  const dead = new Set(nodes.filter(isDead).map(({ slice, cluster, node }) => [slice, cluster, node].join('\u0000')));
  const reported = new Map(sick.map((each) => [key({ ...each, slice: each.slice ?? '' }), each]));
  const offered = offers.map(({ slice, cluster, body: { namespace, name, ports, endpoints } }): ServiceRow => {
    const usable = endpoints.filter(takesConnections);
    // Kubernetes reports their pods as not ready too, after a while.
    const cutOff = endpoints.filter(({ node }) => dead.has([slice, cluster, node].join('\u0000')));
    const ready = usable.filter((endpoint) => !cutOff.includes(endpoint)).length;
    const place = { slice, namespace, name, cluster };
    const own = reported.get(key(place));
    const silence = lost.get(cluster);
    const trouble =
      own === undefined
        ? endpointTrouble(
            ready,
            endpoints.length,
            cutOff.map(({ node }) => node),
          )
        : { problem: own.message, reason: own.reason, ...(own.since === undefined ? {} : { since: own.since }) };
    return {
      ...place,
      ports: ports.map(({ port, protocol }) => `${port}/${protocol}`),
      ready,
      endpoints,
      ...(silence === undefined ? trouble : { reason: 'ConnectionLost', problem: silence }),
      dnsName: dnsNameOf(name, namespace),
    };
  });
  const listed = new Set(offered.map(key));
  const unoffered = sick
    .filter((each) => !listed.has(key({ ...each, slice: each.slice ?? '' })))
    .map(
      ({ slice = '', namespace, name, cluster, message, reason, since }): ServiceRow => ({
        slice,
        namespace,
        name,
        cluster,
        ports: [],
        ready: 0,
        endpoints: [],
        problem: message,
        reason,
        ...(since === undefined ? {} : { since }),
        dnsName: dnsNameOf(name, namespace),
      }),
    );
  return [...offered, ...unoffered].toSorted((a, b) => Number(a.ready > 0) - Number(b.ready > 0) || (key(a) < key(b) ? -1 : 1));
};
