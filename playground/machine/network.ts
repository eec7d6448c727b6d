import { access } from 'node:fs/promises';
import { Failure } from '../../src/values/failure.ts';
import { hostLink, playgroundSubnet, siteOf } from '../clusters/address-plan.ts';
import { hostInterface, networkNamespace, networkNamespacePrefix, routerName } from '../clusters/names.ts';
import type { ClusterSpec, Machine, PlaygroundSpec } from '../clusters/spec.ts';
import { type RunOptions, run } from './run.ts';

/** The bridge of a site, inside the router's namespace. */
export function siteBridge(cluster: ClusterSpec): string {
  return `site${cluster.index}`;
}

/**
 * The router between the sites: one bridge for each cluster and a link to the host, which reaches the API servers through it. A second call adds what
 * is missing. All traffic between sites passes this namespace, so faults between them are made here.
 */
export async function ensureRouter(spec: PlaygroundSpec, signal: AbortSignal): Promise<void> {
  const router = networkNamespace(spec.name, routerName);
  const link = hostLink(spec.slot);
  const uplink = hostInterface(spec.slot);
  if (!(await networkNamespaceExists(router))) await run('ip', ['netns', 'add', router], { signal });
  const present = await interfaces(router, signal);
  if (!present.has('host')) {
    await ip(['link', 'add', uplink, 'type', 'veth', 'peer', 'name', 'host', 'netns', router], { signal });
  }
  const inside = ['link set lo up', `addr replace ${link.router}/24 dev host`, 'link set host up'];
  for (const cluster of spec.clusters) {
    const bridge = siteBridge(cluster);
    const address = siteOf(spec.slot, cluster.index).router;
    // Without a fixed link address a bridge takes the lowest of its ports, and loses its neighbours whenever a machine is added or removed.
    if (!present.has(bridge)) inside.push(`link add ${bridge} address ${linkAddress(address)} type bridge forward_delay 0 stp_state 0`);
    inside.push(`addr replace ${address}/24 dev ${bridge}`, `link set ${bridge} up`);
  }
  await batch(router, inside, signal);
  await insideNamespace(router, 'echo 1 >/proc/sys/net/ipv4/ip_forward', signal);
  // Traffic inside a site is bridged, not routed: it must not pass the rules for traffic between sites.
  await insideNamespace(
    router,
    'for each in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e "$each" ] || echo 0 >"$each"; done',
    signal,
  );
  await run('ip', ['-batch', '-'], {
    signal,
    input: [
      `addr replace ${link.host}/24 dev ${uplink}`,
      `link set ${uplink} up`,
      `route replace ${playgroundSubnet(spec.slot)} via ${link.router} dev ${uplink}`,
    ].join('\n'),
  });
}

/** Connects a machine's network namespace to its site. A connected namespace stays unchanged. */
export async function ensureMachineNetwork(
  spec: PlaygroundSpec,
  cluster: ClusterSpec,
  machine: Machine,
  signal: AbortSignal,
): Promise<void> {
  const router = networkNamespace(spec.name, routerName);
  const own = networkNamespace(spec.name, machine.name);
  if (!(await networkNamespaceExists(own))) await run('ip', ['netns', 'add', own], { signal });
  const [outside, inside] = await Promise.all([interfaces(router, signal), interfaces(own, signal)]);
  if (!outside.has(machine.port) || !inside.has('eth0')) {
    if (outside.has(machine.port)) await run('ip', ['-n', router, 'link', 'del', machine.port], { signal });
    const peer = ['peer', 'name', 'eth0', 'address', linkAddress(machine.address), 'netns', own];
    await ip(['-n', router, 'link', 'add', machine.port, 'type', 'veth', ...peer], { signal });
  }
  await batch(router, [`link set ${machine.port} master ${siteBridge(cluster)} up`], signal);
  await batch(
    own,
    ['link set lo up', `addr replace ${machine.address}/24 dev eth0`, 'link set eth0 up', `route replace default via ${machine.gateway}`],
    signal,
  );
}

/** Routes to the pods of a cluster's nodes, for one of its machines; a node needs no route to itself. */
export async function ensurePodRoutes(playground: string, machine: Machine, nodes: readonly Machine[], signal: AbortSignal): Promise<void> {
  const others = nodes.filter((node) => node.name !== machine.name && node.podCIDR !== undefined);
  const routes = others.map((node) => `route replace ${node.podCIDR} via ${node.address}`);
  if (routes.length > 0) await batch(networkNamespace(playground, machine.name), routes, signal);
}

/** Existing network namespaces of a playground, by their full names. */
export async function playgroundNamespaces(playground: string, signal: AbortSignal): Promise<string[]> {
  const all = JSON.parse((await run('ip', ['-j', 'netns', 'list'], { signal })) || '[]') as { name: string }[];
  return all.map((each) => each.name).filter((name) => name.startsWith(networkNamespacePrefix(playground)));
}

/** Removes a network namespace with all its interfaces; a missing namespace is not an error. */
export async function deleteNamespace(name: string, signal: AbortSignal): Promise<void> {
  if (await networkNamespaceExists(name)) await run('ip', ['netns', 'del', name], { signal });
}

/** Names of the interfaces in a network namespace, or of the host without one. */
export async function interfaces(namespace: string | undefined, signal: AbortSignal): Promise<Set<string>> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const text = await run('ip', [...where, '-j', 'link', 'show'], { signal });
  return new Set((JSON.parse(text || '[]') as { ifname: string }[]).map((link) => link.ifname));
}

/** Runs a shell line in a network namespace; files are the host's. */
export async function insideNamespace(namespace: string, line: string, signal: AbortSignal): Promise<string> {
  return await run('nsenter', [`--net=/run/netns/${namespace}`, 'sh', '-c', line], { signal });
}

/** Runs `ip`. If the kernel lacks a kind of interface, the error explains what to do. */
async function ip(args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return await run('ip', args, options);
  } catch (error) {
    if (!Failure.is(error, 'CommandFailed') || !/Unknown device type|Operation not supported/.test(error.message)) throw error;
    const what = 'virtual Ethernet pairs and bridges (CONFIG_VETH, CONFIG_BRIDGE)';
    throw new Failure('CapabilityMissing', `The kernel lacks ${what}: load the modules veth and bridge, or use a kernel that has them.`, {
      cause: error,
    });
  }
}

const batch = (namespace: string, lines: readonly string[], signal: AbortSignal): Promise<string> =>
  ip(['-n', namespace, '-batch', '-'], { signal, input: lines.join('\n') });

/** A link address derived from the IP address, so that a restarted machine keeps the address that its neighbours know. */
export function linkAddress(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '00', ...bytes].join(':');
}

const networkNamespaceExists = (name: string): Promise<boolean> =>
  access(`/run/netns/${name}`).then(
    () => true,
    () => false,
  );
