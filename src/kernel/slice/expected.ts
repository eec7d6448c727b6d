import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { neighbourLine, routeLine } from './slice-state.ts';

/** Metric of the last-resort routes, which make an address without a better route unreachable, so that its packets cannot leak. */
export const lastResortMetric = 4_278_198_272;
/** Next hop of every pod. It exists on no interface; a permanent neighbour entry resolves it. */
export const podGateway = '169.254.1.1';
/** MAC address of the host end of every pod interface. Each pair is a link of its own, so all may have the same address. */
export const hostMac = '02:6b:73:00:00:01';

/** MAC address of a pod's end, derived from its IPv4 address: both ends know their neighbour without ARP, which a pod could forge. */
export const podMac = (address: string): string =>
  ['02', '6b', ...address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');

/** What a namespace must contain, as canonical lines. */
export interface ExpectedNamespace {
  readonly routes: ReadonlySet<string>;
  readonly neighbours: ReadonlySet<string>;
}

/** Lines for a pod in the slice's namespace. */
export const expectedForPod = (network: SliceNetwork, pod: PodAttachment): { route: string; neighbour: string } => ({
  route: routeLine({ dst: pod.address, dev: pod.hostInterface, src: network.router }),
  neighbour: neighbourLine({ address: pod.address, mac: podMac(pod.address), dev: pod.hostInterface }),
});

/** Routes of the slice's namespace without those of its pods; routes that need the tunnel come last. */
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

/** Routes and neighbours that the slice adds inside a pod; everything else there belongs to the cluster network and is ignored. */
export const expectedInPod = (network: SliceNetwork, pod: PodAttachment): ExpectedNamespace => ({
  routes: new Set([
    routeLine({ type: 'unreachable', dst: network.subnet, metric: lastResortMetric }),
    routeLine({ dst: network.subnet, via: podGateway, dev: podInterface, src: pod.address }),
  ]),
  neighbours: new Set([neighbourLine({ address: podGateway, mac: hostMac, dev: podInterface })]),
});
