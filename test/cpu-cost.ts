import { setTimeout as pause } from 'node:timers/promises';

/** The kernel may count in steps of some milliseconds: what is measured must take several of them. */
const leastMs = 40;

/**
 * CPU time that a task takes in this thread, in microseconds each: other work on the machine hardly matters. It runs as often as it takes to measure it,
 * three times over, of which the least counts.
 */
export const cpuCost = (task: () => void): number => {
  const measure = (): number => {
    const before = process.threadCpuUsage();
    for (let runs = 1; ; runs += 1) {
      task();
      const { user, system } = process.threadCpuUsage(before);
      if (user + system >= leastMs * 1_000) return (user + system) / runs;
    }
  };
  return Math.min(measure(), measure(), measure());
};

/**
 * How many times as much CPU time ten times the input takes: the least of up to twenty measurements, until one is below `enough`. Others on the machine
 * take its caches, for seconds at a time, which costs the larger input more; so there is a pause after each measurement.
 *
 * @param cost CPU time for an input of that size
 */
export const growthOf = async (cost: (count: number) => number, few: number, enough: number): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 20 && least >= enough; tries += 1) {
    if (tries > 0) await pause(250);
    least = Math.min(least, cost(10 * few) / cost(few));
  }
  return least;
};
