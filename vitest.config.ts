import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Four projects: `unit` is pure and fast and shares one thread pool; `real` needs root, a kernel or built binaries and says why when it
 * cannot run; `e2e` drives a whole playground as a user would; `long` does so for minutes and is no part of `npm test`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'playground/**/*.test.ts',
            'test/*.test.ts',
            'test/clusters/*.test.ts',
            'test/regression/*.test.ts',
            'tools/**/*.test.ts',
          ],
          exclude: ['**/*.real.test.ts'],
          pool: 'threads',
          isolate: false,
          // Many tests wait for whole clusters in this process more than they compute: with one thread for each core the cores stand idle.
          maxWorkers: 2 * availableParallelism(),
          // A busy machine takes its time; a test that passes does not wait for it.
          testTimeout: 300_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 120_000, interval: 5 } },
        },
      },
      {
        test: {
          name: 'real',
          include: ['src/**/*.real.test.ts', 'playground/**/*.real.test.ts', 'test/**/*.real.test.ts'],
          // Each file has a process, namespaces and servers of its own, named by its process; two of them wait for different things.
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/e2e/long/*.long.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 2_400_000,
          hookTimeout: 1_500_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 1_500_000,
        },
      },
    ],
  },
});
