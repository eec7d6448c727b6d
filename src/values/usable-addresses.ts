import { type Cidr, cidrSize, containsIp } from './cidr.ts';
import { type Ip, plusIp } from './ip.ts';

/**
 * The addresses of a block that a node or pod may have: how many, and the first.
 *
 * Blocks of eight or more leave out their first and last address, which much software takes for a network's own and for broadcast; in
 * smaller blocks every address counts, and they are used only where addresses are scarce.
 */
export const usable = (block: Cidr): { readonly first: number; readonly count: number } => {
  const size = cidrSize(block);
  return size >= 8 ? { first: 1, count: size - 2 } : { first: 0, count: size };
};

/** The usable addresses in a node's blocks, ascending block by block in the order in which the blocks were given. */
export function* usableAddresses(blocks: readonly Cidr[]): Generator<Ip> {
  for (const block of blocks) {
    const { first, count } = usable(block);
    for (let index = first; index < first + count; index++) yield plusIp(block.base, index);
  }
}

/** True when the address is a usable one of one of the blocks. */
export const isUsable = (blocks: readonly Cidr[], ip: Ip): boolean =>
  blocks.some((block) => {
    const { first, count } = usable(block);
    return containsIp(block, ip) && ip >= plusIp(block.base, first) && ip <= plusIp(block.base, first + count - 1);
  });

/**
 * A node's own address in the slice: the first usable one of its first block, or `undefined` while it has no block.
 *
 * It is the target of probes and what traceroute shows for the node; no pod ever has it.
 */
export const routerAddress = (blocks: readonly Cidr[]): Ip | undefined => {
  for (const ip of usableAddresses(blocks.slice(0, 1))) return ip;
  return undefined;
};
