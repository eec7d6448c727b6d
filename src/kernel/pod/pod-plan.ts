import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { expectedInPod, podMac } from '../slice/expected.ts';
import type { NamespaceState } from '../slice/slice-state.ts';

/** Lines for `ip -batch` inside a pod whose slice interface was just created. */
export const newPodLines = (network: SliceNetwork, pod: PodAttachment): string[] => {
  const { routes, neighbours } = expectedInPod(network, pod);
  return [
    // No router answers on this link. Without this, the kernel would assign a link-local IPv6 address and send solicitations.
    `link set ${podInterface} addrgenmode none`,
    `addr add ${pod.address}/32 dev ${podInterface}`,
    `link set ${podInterface} up`,
    ...[...neighbours].map((line) => `neigh replace ${line}`),
    ...[...routes].map((line) => `route replace ${line}`),
  ];
};

/**
 * Lines that repair the slice's part of a pod, or undefined when the pod has no interface of this attachment and must be attached again. They never
 * touch addresses, routes and neighbours of the cluster's own network.
 *
 * @param hostIndex interface index of the host end in the slice's namespace
 */
export const repairPodLines = (
  network: SliceNetwork,
  pod: PodAttachment,
  seen: NamespaceState,
  hostIndex: number,
): string[] | undefined => {
  const link = seen.links.get(podInterface);
  if (link === undefined || link.peerIndex !== hostIndex) return undefined;
  const wanted = `${pod.address}/32`;
  const { routes, neighbours } = expectedInPod(network, pod);
  const words = [
    ...(link.mtu === network.mtu ? [] : [`mtu ${network.mtu}`]),
    ...(link.mac === podMac(pod.address) ? [] : [`address ${podMac(pod.address)}`]),
    ...(link.up ? [] : ['up']),
  ];
  return [
    ...(words.length === 0 ? [] : [`link set ${podInterface} ${words.join(' ')}`]),
    ...link.addresses.filter((address) => address !== wanted).map((address) => `addr del ${address} dev ${podInterface}`),
    ...(link.addresses.includes(wanted) ? [] : [`addr add ${wanted} dev ${podInterface}`]),
    ...[...neighbours].filter((line) => !seen.neighbours.has(line)).map((line) => `neigh replace ${line}`),
    ...[...routes].filter((line) => !seen.routes.has(line)).map((line) => `route replace ${line}`),
  ];
};
