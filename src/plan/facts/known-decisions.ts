import type { NodeDecisions, SliceDecisions } from './node-state.ts';

/**
 * Merges a node's own decisions with those that it published: its own count, and published addresses that they lack are added.
 *
 * ```
 * a slice             then
 * in the own ones     as in these; a published address that they lack belonged to a pod, and counts as released just now
 * only published      as published
 * of another UID      as in the own ones
 * ```
 *
 * The file on disk may be slightly old after a power failure; a published revision is never used again.
 */
export const recalled = (published: NodeDecisions, own: NodeDecisions, now: number): NodeDecisions => {
  const merged: Record<string, SliceDecisions> = { ...published, ...own };
  for (const [slice, memory] of Object.entries(own)) {
    const seen = published[slice];
    if (seen === undefined || seen.uid !== memory.uid) continue;
    const known = new Set([...Object.values(memory.leases), ...Object.keys(memory.freed)]);
    const unknown = Object.values(seen.leases).filter((address) => !known.has(address));
    const revision = Math.max(memory.revision ?? 0, seen.revision ?? 0) + (unknown.length > 0 ? 1 : 0);
    if (unknown.length === 0) {
      if (revision !== (memory.revision ?? 0)) merged[slice] = { ...memory, revision };
      continue;
    }
    const each = (value: number): Record<string, number> => Object.fromEntries(unknown.map((address) => [address, value]));
    merged[slice] = {
      ...memory,
      revision,
      freed: { ...memory.freed, ...each(now) },
      withdrawals: { ...memory.withdrawals, ...each(revision) },
    };
  }
  return merged;
};
