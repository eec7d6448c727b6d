import { maxNotices } from '../api/notice/type.ts';

/** The slot of a cluster's report, which members do not read: they do not see that it is taken. */
export const reportSlot = 0;

/**
 * The lowest free slot of a member on a board; undefined when all are taken.
 *
 * A notice's name is its slot and not its subject: so the number of notices that a member can have is bounded by names, which admission can check
 * without counting.
 */
export const freeSlot = (taken: ReadonlySet<number>, limit = maxNotices): number | undefined => {
  for (let slot = 0; slot < limit; slot += 1) if (!taken.has(slot)) return slot;
  return undefined;
};

/** The slot in the name of a notice of that cluster; undefined for another name. */
export const slotOf = (cluster: string, name: string): number | undefined => {
  const text = name.startsWith(`${cluster}.`) ? name.slice(cluster.length + 1) : '';
  return /^(0|[1-9][0-9]{0,3})$/.test(text) && Number(text) < maxNotices ? Number(text) : undefined;
};
