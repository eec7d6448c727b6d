/** Shortest interval between writes of the status of one slice, in milliseconds, and the addition for each of its clusters. */
const gapMs = { least: 500, perCluster: 20 } as const;

/**
 * How many milliseconds the status of a slice must wait; 0 when it is due. The first change after a quiet time is written at once. Every cluster may
 * report every two seconds, and every write goes to all watchers, so the interval grows with the clusters: a hundred of them cause one write in 2 s.
 *
 * @param since milliseconds since the last write, undefined when there was none
 */
export const statusDelay = (since: number | undefined, clusters: number): number =>
  since === undefined ? 0 : Math.max(0, Math.ceil(Math.max(gapMs.least, clusters * gapMs.perCluster) - since));
