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
