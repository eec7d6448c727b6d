import { mustRun, type Run } from '../../host/run.ts';

/** Bytes that WireGuard adds to a packet at most: IPv6 header 40, UDP 8, WireGuard 32 (with IPv4 outside it is 60). */
export const tunnelOverhead = 80;
/** The smallest MTU that every IPv4 host must accept (RFC 791); a smaller value for the underlay is ignored. */
const smallestMtu = 576;

interface LinkJson {
  readonly ifname: string;
  readonly mtu: number;
  readonly addr_info: readonly { readonly local?: string }[];
}

/**
 * MTU inside a tunnel over the machine's network: the MTU of the interface with one of the node's own addresses, less {@link tunnelOverhead}. Without
 * such an interface it assumes 1500; if the real MTU is smaller, that is slow but not wrong.
 */
export const tunnelMtu = async (run: Run, enter: readonly string[], addresses: readonly string[], signal: AbortSignal): Promise<number> => {
  const links: LinkJson[] = JSON.parse(await mustRun(run, [...enter, 'ip', '-j', 'addr', 'show'], { signal }));
  const carrying = links.filter((link) => link.addr_info.some((info) => info.local !== undefined && addresses.includes(info.local)));
  const underlay = carrying.length === 0 ? 1500 : Math.min(...carrying.map((link) => link.mtu));
  return Math.max(smallestMtu, underlay) - tunnelOverhead;
};
