import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { podInterface, podInterfacePrefix } from '../../values/pod-interface.ts';
import { ownAddresses } from '../ipsec/own-addresses.ts';
import { baseRoutes, expectedForPod, expectedSlice, hostMac, podMac } from './expected.ts';
import type { NamespaceState, ObservedLink } from './slice-state.ts';

/**
 * Pure differences between the observed and the wanted content of a slice's namespace, as lines for `ip -batch`.
 *
 *   seen            wanted           line
 *   link p…         no such pod      link del (its route and neighbour go with it)
 *   route           not wanted       route del, unless a wanted one replaces it in place
 *   –               route            route replace
 *   other mtu, down link             link set
 *   –               link of a pod    not here: the pod is attached again, see `attachLines`
 */

/** Lines that correct the slice's own namespace, except for pods that have no interface yet. The tunnel interface must exist. */
export const sliceLines = (network: SliceNetwork, seen: NamespaceState): string[] => {
  const wantedPods = new Map(network.pods.map((pod) => [pod.hostInterface, pod]));
  const gone = [...seen.links.keys()].filter((name) => name.startsWith(podInterfacePrefix) && !wantedPods.has(name)).toSorted();
  const present = network.pods.filter((pod) => seen.links.has(pod.hostInterface));
  const expected = expectedSlice(network, present);
  return [
    ...gone.map((name) => `link del dev ${name}`),
    ...loopbackLines(network, seen.links.get('lo')),
    ...linkLines(network.interface, { mtu: network.mtu }, seen.links.get(network.interface)),
    ...present.flatMap((pod) => linkLines(pod.hostInterface, { mtu: network.mtu, mac: hostMac }, seen.links.get(pod.hostInterface))),
    ...routeLines(expected.routes, seen.routes, gone),
    ...neighbourLines(expected.neighbours, seen.neighbours, gone),
  ];
};

/** Lines that must take effect before the tunnel is moved in: nothing may be forwarded or leak during the rest of the setup. */
export const shelterLines = (network: SliceNetwork, seen: NamespaceState): string[] => [
  ...loopbackLines(network, seen.links.get('lo')),
  ...baseRoutes(network)
    .slice(0, -1)
    .filter((line) => !seen.routes.has(line))
    .map((line) => `route replace ${line}`),
];

/** Lines for the slice's namespace that create the interface of a pod; `link add` creates both ends at once, the pod's end in the pod's namespace. */
export const attachLines = (network: SliceNetwork, pod: PodAttachment): string[] => {
  const { route, neighbour } = expectedForPod(network, pod);
  const peer = `name ${podInterface} mtu ${network.mtu} address ${podMac(pod.address)} netns ${pod.netns}`;
  return [
    `link add ${pod.hostInterface} mtu ${network.mtu} address ${hostMac} type veth peer ${peer}`,
    `link set ${pod.hostInterface} up`,
    `neigh replace ${neighbour}`,
    `route replace ${route}`,
  ];
};

const loopbackLines = (network: SliceNetwork, seen: ObservedLink | undefined): string[] => {
  const wanted = ownAddresses(network).map((address) => `${address}/32`);
  const extra = (seen?.addresses ?? []).filter((address) => !wanted.includes(address) && !address.startsWith('127.'));
  return [
    ...(seen?.up ? [] : ['link set lo up']),
    ...extra.map((address) => `addr del ${address} dev lo`),
    ...wanted.filter((address) => seen?.addresses.includes(address) !== true).map((address) => `addr add ${address} dev lo`),
  ];
};

const linkLines = (name: string, wanted: { mtu: number; mac?: string }, seen: ObservedLink | undefined): string[] => {
  if (seen === undefined) return [];
  const words = [
    ...(seen.mtu === wanted.mtu ? [] : [`mtu ${wanted.mtu}`]),
    ...(wanted.mac === undefined || seen.mac === wanted.mac ? [] : [`address ${wanted.mac}`]),
    ...(seen.up ? [] : ['up']),
  ];
  return words.length === 0 ? [] : [`link set ${name} ${words.join(' ')}`];
};

/** Destination and metric: `ip route replace` identifies a route by them. */
const routeKey = (line: string): string => {
  const words = line.split(' ').filter((word) => word !== 'unreachable' && word !== 'blackhole' && word !== 'prohibit');
  const metric = words.indexOf('metric');
  return `${words[0]} ${metric < 0 ? 0 : words[metric + 1]}`;
};

const usesAny = (line: string, devices: readonly string[]): boolean =>
  devices.some((name) => line.includes(` dev ${name} `) || line.endsWith(` dev ${name}`));

/** Lines that change the observed routes into the wanted ones. Routes over `gone` interfaces disappeared with them. */
export const routeLines = (wanted: ReadonlySet<string>, seen: ReadonlySet<string>, gone: readonly string[]): string[] => {
  const replaced = new Set([...wanted].map(routeKey));
  const unwanted = [...seen].filter((line) => !wanted.has(line) && !replaced.has(routeKey(line)) && !usesAny(line, gone));
  const missing = [...wanted].filter((line) => !seen.has(line));
  return [...unwanted.map((line) => `route del ${line}`), ...missing.map((line) => `route replace ${line}`)];
};

/** Lines that change the observed permanent neighbours into the wanted ones. */
export const neighbourLines = (wanted: ReadonlySet<string>, seen: ReadonlySet<string>, gone: readonly string[]): string[] => {
  const keyOf = (line: string): string => line.replace(/ lladdr \S+/, '');
  const replaced = new Set([...wanted].map(keyOf));
  const unwanted = [...seen].filter((line) => !wanted.has(line) && !replaced.has(keyOf(line)) && !usesAny(line, gone));
  const missing = [...wanted].filter((line) => !seen.has(line));
  return [
    ...unwanted.map((line) => `neigh del ${line.replace(/ lladdr \S+/, '').replace(' nud permanent', '')}`),
    ...missing.map((line) => `neigh replace ${line}`),
  ];
};
