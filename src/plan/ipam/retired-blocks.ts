import { maxRetiredBlocks, type RetiredBlock } from '../../api/slice/type.ts';
import { formatCidr, parseCidr } from '../../values/address/cidr.ts';
import type { OwnedBlock } from './blocks.ts';

/** Retired blocks in the form of a status; if they are over its capacity, the earliest retired are dropped. */
export const writtenRetired = (retired: readonly OwnedBlock[]): RetiredBlock[] =>
  retired.slice(-maxRetiredBlocks).map(({ owner, block }) => ({ owner, block: formatCidr(block) }));

/** Retired blocks from a status. Throws `InvalidInput` for an invalid block. */
export const readRetired = (written: readonly RetiredBlock[]): OwnedBlock[] =>
  written.map(({ owner, block }) => ({ owner, block: parseCidr(block) }));
