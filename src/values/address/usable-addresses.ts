import { type Cidr, cidrSize, containsIp } from './cidr.ts';
import { type Ip, plusIp } from './ip.ts';

/**
 * The addresses of a block that a node or pod may have: how many, and the first.
 * Blocks of eight or more leave out their first and last address, because much software treats these as network and broadcast addresses. Smaller
 * blocks are used only where addresses are scarce, so they use every address.
 */
export const usable = (block: Cidr): { readonly first: number; readonly count: number } => {
  const size = cidrSize(block);
  return size >= 8 ? { first: 1, count: size - 2 } : { first: 0, count: size };
};

/** The usable addresses in a node's blocks, block by block in the given order, ascending inside a block. */
export function* usableAddresses(blocks: readonly Cidr[]): Generator<Ip> {
  for (const block of blocks) {
    const { first, count } = usable(block);
    for (let index = first; index < first + count; index++) yield plusIp(block.base, index);
  }
}

/** True when the address is a usable one in one of the blocks. */
export const isUsable = (blocks: readonly Cidr[], ip: Ip): boolean =>
  blocks.some((block) => {
    const { first, count } = usable(block);
    return containsIp(block, ip) && ip >= plusIp(block.base, first) && ip <= plusIp(block.base, first + count - 1);
  });

/**
 * A node's own address in the slice: the first usable one of its first block, or `undefined` while it has no block.
 * Probes use it, and traceroute shows it for the node. A pod never has it.
 */
export const routerAddress = (blocks: readonly Cidr[]): Ip | undefined => {
  for (const ip of usableAddresses(blocks.slice(0, 1))) return ip;
  return undefined;
};
