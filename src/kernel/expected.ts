import type { PodAttachment, SliceNetwork } from '../plan/node/slice-network.ts';
import { podInterface } from '../values/pod-interface.ts';
import { neighbourLine, routeLine } from './slice-state.ts';

/** Metric of the routes that stand behind all others, so that an address without a better route is unreachable instead of leaking. */
export const lastResortMetric = 4_278_198_272;
/** Next hop of every pod; it exists on no interface, a permanent neighbour stands for it. */
export const podGateway = '169.254.1.1';
/** MAC address of the host end of every pod interface: each pair is a link of its own, so they may be equal, and nobody needs to ask. */
export const hostMac = '02:6b:73:00:00:01';

/** MAC address of a pod's end, from its IPv4 address: both ends know their neighbour without ARP, which a pod could forge. */
export const podMac = (address: string): string =>
  ['02', '6b', ...address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');

/** What a namespace must hold, as canonical lines. */
export interface ExpectedNamespace {
  readonly routes: ReadonlySet<string>;
  readonly neighbours: ReadonlySet<string>;
}

/** Lines that hold a pod in the slice's namespace. */
export const expectedForPod = (network: SliceNetwork, pod: PodAttachment): { route: string; neighbour: string } => ({
  route: routeLine({ dst: pod.address, dev: pod.hostInterface, src: network.router }),
  neighbour: neighbourLine({ address: pod.address, mac: podMac(pod.address), dev: pod.hostInterface }),
});

/** Routes of the slice's namespace apart from its pods'; those that need the tunnel come last. */
export const baseRoutes = (network: SliceNetwork): readonly string[] => [
  routeLine({ type: 'unreachable', dst: 'default', metric: lastResortMetric }),
  ...network.blocks.map((block) => routeLine({ type: 'unreachable', dst: block, metric: lastResortMetric })),
  routeLine({ dst: network.subnet, dev: network.interface, src: network.router }),
];

/** Routes and neighbours of the slice's namespace when the given pods are attached. */
export const expectedSlice = (network: SliceNetwork, pods: readonly PodAttachment[]): ExpectedNamespace => {
  const lines = pods.map((pod) => expectedForPod(network, pod));
  return {
    routes: new Set([...baseRoutes(network), ...lines.map((line) => line.route)]),
    neighbours: new Set(lines.map((line) => line.neighbour)),
  };
};

/** Routes and neighbours that the slice adds inside a pod; whatever else is there is the cluster network's and is not looked at. */
export const expectedInPod = (network: SliceNetwork, pod: PodAttachment): ExpectedNamespace => ({
  routes: new Set([
    routeLine({ type: 'unreachable', dst: network.subnet, metric: lastResortMetric }),
    routeLine({ dst: network.subnet, via: podGateway, dev: podInterface, src: pod.address }),
  ]),
  neighbours: new Set([neighbourLine({ address: podGateway, mac: hostMac, dev: podInterface })]),
});
