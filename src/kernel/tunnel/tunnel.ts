import { access } from 'node:fs/promises';
import { mustRun, type Run } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { Failure } from '../../values/failure.ts';
import { ipsecInterface } from '../../values/tunnel-driver.ts';
import type { IpsecTunnels } from '../ipsec/ipsec-tunnels.ts';
import { inNetns, netnsPath } from '../netns.ts';
import type { ObservedTunnel } from '../port.ts';
import { ipBatch } from '../slice/ip-batch.ts';
import type { DetachedTunnels } from './detached.ts';
import { parseDump } from './wg.ts';

/** The names of our tunnel interfaces, see `tunnelInterface` of plan/node. */
const tunnelInterfacePattern = /^ks[0-9a-f]{8}$/;

/** Where userspace WireGuard listens for `wg` (the cross-platform interface of wireguard-tools). */
const controlSocket = (name: string): string => `/run/wireguard/${name}.sock`;

/** Makes, configures and removes tunnel interfaces with every driver. */
export interface TunnelOptions {
  readonly run: Run;
  /** Arguments that run a command in the machine's network namespace, where tunnel sockets belong. */
  readonly enter: readonly string[];
  readonly processes: DetachedTunnels;
  readonly ipsec: IpsecTunnels;
}

/** The tunnel as `wg` or charon reports it, or undefined when there is none or its process is dead. */
export const observeTunnel = async (
  { run, ipsec }: TunnelOptions,
  network: Pick<SliceNetwork, 'interface'> & { readonly netns?: string },
  signal: AbortSignal,
): Promise<ObservedTunnel | undefined> => {
  if (network.interface === ipsecInterface) return network.netns === undefined ? undefined : ipsec.observe(network.netns, signal);
  const userspace = await exists(controlSocket(network.interface));
  const words = ['wg', 'show', network.interface, 'dump'];
  if (!userspace && network.netns === undefined) return undefined;
  // A userspace tunnel answers on its socket, from anywhere; a kernel tunnel only where its interface is.
  const { code, stdout } = await run(userspace ? words : inNetns(netnsPath(network.netns ?? ''), words), { signal });
  return code === 0 ? parseDump(stdout) : undefined;
};

/**
 * Creates the tunnel interface in the machine's namespace, sets key, port and MTU, and moves it into the slice's namespace. Its UDP socket stays in
 * the machine's namespace. So encrypted packets use the machine's network, and only the slice sees the inside. An IPsec tunnel makes its interface there
 * itself, and gets its MTU with the other properties of the slice.
 */
export const createTunnel = async (options: TunnelOptions, network: SliceNetwork, signal: AbortSignal): Promise<void> => {
  const { run, enter, processes } = options;
  const name = network.interface;
  if (network.driver === 'IPsec') {
    await options.ipsec.create(network, signal);
    return;
  }
  if (network.driver === 'WireGuard') {
    await mustRun(run, [...enter, 'ip', 'link', 'add', name, 'type', 'wireguard'], { signal });
  } else {
    await processes.start(name, signal);
    await appear(options, name, signal);
  }
  const configure = ['wg', 'set', name, 'listen-port', String(network.listenPort), 'private-key', network.privateKeyFile];
  await mustRun(run, [...enter, ...configure], { signal });
  const batch = ipBatch([`link set ${name} mtu ${network.mtu} addrgenmode none`, `link set ${name} netns ${netnsPath(network.netns)}`]);
  await mustRun(run, [...enter, 'ip', '-batch', '-'], { signal, input: batch });
};

/** Waits until a tunnel process has created its interface and answers. */
const appear = async ({ run, enter, processes }: TunnelOptions, name: string, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + 5_000;
  for (;;) {
    if (await exists(controlSocket(name))) {
      const answer = await run([...enter, 'wg', 'show', name, 'listen-port'], { signal });
      const link = await run([...enter, 'ip', 'link', 'show', 'dev', name], { signal });
      if (answer.code === 0 && link.code === 0) return;
    }
    if (Date.now() > deadline || (await processes.find(name)) === undefined) {
      const log = await processes.log(name);
      throw new Failure('CommandFailed', `The tunnel process of ${name} did not come up within 5 s: ${log || 'it printed nothing'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/**
 * Removes a tunnel from every place: the process, an interface in the slice's namespace, and one that is still in the machine's. With the namespace, an
 * IPsec tunnel goes, too.
 */
export const removeTunnel = async (
  { run, enter, processes, ipsec }: TunnelOptions,
  name: string,
  netns: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  if (netns !== undefined) await ipsec.remove(netns, signal);
  await processes.stop(name, signal);
  await run([...enter, 'ip', 'link', 'del', 'dev', name], { signal });
  if (netns !== undefined) await run(inNetns(netnsPath(netns), ['ip', 'link', 'del', 'dev', name]), { signal });
};

/**
 * Our kernel tunnels in the machine's own namespace. A tunnel is there only until it is moved into its slice's namespace. One that stays was left by
 * an agent that was killed in that moment, and holds a UDP port.
 */
export const hostTunnels = async (run: Run, enter: readonly string[], signal: AbortSignal): Promise<string[]> => {
  const { code, stdout } = await run([...enter, 'ip', '-j', 'link', 'show', 'type', 'wireguard'], { signal });
  const links = code === 0 && stdout.trim() !== '' ? (JSON.parse(stdout) as readonly { readonly ifname?: string }[]) : [];
  return links.flatMap(({ ifname }) => (ifname !== undefined && tunnelInterfacePattern.test(ifname) ? [ifname] : []));
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
