import { mustRun, type Run } from '../../host/run.ts';
import { inNetns, netnsPath } from '../netns.ts';

/** The compared properties of a network interface, from `ip -j -d addr show`. */
export interface ObservedLink {
  readonly index: number;
  readonly mtu: number;
  readonly up: boolean;
  readonly mac: string;
  /** Index of the other end of a veth pair, in the namespace that holds it. */
  readonly peerIndex: number | undefined;
  /** Addresses as `address/length`. */
  readonly addresses: readonly string[];
}

/** The compared interfaces, routes and permanent neighbours of one network namespace. Routes and neighbours are canonical lines, see `routeLine`. */
export interface NamespaceState {
  readonly links: ReadonlyMap<string, ObservedLink>;
  readonly routes: ReadonlySet<string>;
  readonly neighbours: ReadonlySet<string>;
}

/** The state of a namespace in which nothing was made yet. */
export const nothingMade: NamespaceState = { links: new Map(), routes: new Set(), neighbours: new Set() };

/** An interface in JSON, see ip-address(8). */
export interface LinkJson {
  ifindex: number;
  ifname: string;
  mtu: number;
  flags: string[];
  address?: string;
  link_index?: number;
  addr_info: { family: string; local?: string; prefixlen: number }[];
}

/** A route in JSON, see ip-route(8). */
export interface RouteJson {
  type?: string;
  dst: string;
  gateway?: string;
  dev?: string;
  prefsrc?: string;
  metric?: number;
  flags: string[];
}

/** A neighbour in JSON, see ip-neighbour(8). */
export interface NeighbourJson {
  dst: string;
  dev: string;
  lladdr?: string;
}

/** A route as the arguments of `ip route replace`, so that wanted and observed routes compare as text. */
export const routeLine = (route: { type?: string; dst: string; via?: string; dev?: string; src?: string; metric?: number }): string =>
  [
    route.type === undefined || route.type === 'unicast' ? '' : `${route.type} `,
    route.dst.endsWith('/32') ? route.dst.slice(0, -3) : route.dst,
    route.via === undefined ? '' : ` via ${route.via}`,
    route.dev === undefined ? '' : ` dev ${route.dev}`,
    route.via === undefined ? '' : ' onlink',
    route.src === undefined ? '' : ` src ${route.src}`,
    route.metric === undefined ? '' : ` metric ${route.metric}`,
  ].join('');

/** A permanent neighbour as the arguments of `ip neigh replace`. */
export const neighbourLine = (neighbour: { address: string; mac: string; dev: string }): string =>
  `${neighbour.address} lladdr ${neighbour.mac} dev ${neighbour.dev} nud permanent`;

const linkOf = (json: LinkJson): [string, ObservedLink] => [
  json.ifname,
  {
    index: json.ifindex,
    mtu: json.mtu,
    up: json.flags.includes('UP'),
    mac: json.address ?? '',
    peerIndex: json.link_index,
    addresses: json.addr_info
      .filter((info) => info.family === 'inet' && info.local !== undefined)
      .map((info) => `${info.local}/${info.prefixlen}`),
  },
];

const routeOf = (json: RouteJson): string =>
  routeLine({
    dst: json.dst,
    ...(json.type === undefined ? {} : { type: json.type }),
    ...(json.gateway === undefined ? {} : { via: json.gateway }),
    ...(json.dev === undefined ? {} : { dev: json.dev }),
    ...(json.prefsrc === undefined ? {} : { src: json.prefsrc }),
    ...(json.metric === undefined ? {} : { metric: json.metric }),
  });

/** The JSON documents in the output of a batch of `ip -j`, one for each line. */
export const jsonDocuments = (output: string): unknown[][] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => JSON.parse(line) as unknown[]);

/** The compared state, from the output of `ip`. */
export const stateOf = (
  links: readonly LinkJson[],
  routes: readonly RouteJson[],
  neighbours: readonly NeighbourJson[],
): NamespaceState => ({
  links: new Map(links.filter((json) => json.ifname !== undefined).map(linkOf)),
  routes: new Set(routes.map(routeOf)),
  neighbours: new Set(
    neighbours
      .filter((json) => json.lladdr !== undefined)
      .map((json) => neighbourLine({ address: json.dst, mac: json.lladdr ?? '', dev: json.dev })),
  ),
});

/** Reads interfaces, main routing table and permanent neighbours of a slice's own namespace, in one process. */
export const observeSlice = async (run: Run, name: string, signal: AbortSignal): Promise<NamespaceState> => {
  // `ip -4 addr` would omit interfaces without an address.
  const input = 'addr show\nroute show table main\nneigh show nud permanent\n';
  const output = await mustRun(run, inNetns(netnsPath(name), ['ip', '-j', '-d', '-batch', '-']), { signal, input });
  const [links = [], routes = [], neighbours = []] = jsonDocuments(output);
  return stateOf(links as LinkJson[], routes as RouteJson[], neighbours as NeighbourJson[]);
};
