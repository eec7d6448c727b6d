import type { SliceNetwork } from '../../plan/facts/slice-network.ts';

/**
 * Addresses of the node in the slice's namespace: the router, and with IPsec the first address of each further block. Charon's userspace backend accepts
 * traffic selectors only when one of the addresses of its namespace is inside. No pod has these: of blocks of eight or more addresses the first one is not
 * used.
 */
export const ownAddresses = ({ driver, router, blocks }: Pick<SliceNetwork, 'driver' | 'router' | 'blocks'>): readonly string[] =>
  driver === 'IPsec' ? [router, ...blocks.slice(1).filter(hasSpareAddress).map(baseOf)] : [router];

/** The blocks of a node that IPsec can carry: the first one, and further ones of eight or more addresses. */
export const ipsecBlocks = ({ blocks }: Pick<SliceNetwork, 'blocks'>): string[] =>
  blocks.filter((block, index) => index === 0 || hasSpareAddress(block)).toSorted();

const baseOf = (block: string): string => block.slice(0, block.indexOf('/'));
const hasSpareAddress = (block: string): boolean => Number(block.slice(block.indexOf('/') + 1)) <= 29;
