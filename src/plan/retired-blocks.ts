import { maxRetiredBlocks, type RetiredBlock } from '../api/slice/type.ts';
import { formatCidr, parseCidr } from '../values/cidr.ts';
import type { OwnedBlock } from './blocks.ts';

/** Retired blocks as a status holds them; of more than it can hold, the longest retired are forgotten. */
export const writtenRetired = (retired: readonly OwnedBlock[]): RetiredBlock[] =>
  retired.slice(-maxRetiredBlocks).map(({ owner, block }) => ({ owner, block: formatCidr(block) }));

/** Retired blocks as they were written down. Throws `InvalidInput` for a block that is none. */
export const readRetired = (written: readonly RetiredBlock[]): OwnedBlock[] =>
  written.map(({ owner, block }) => ({ owner, block: parseCidr(block) }));
