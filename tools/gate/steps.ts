import type { Step } from './step.ts';

/** What `npm run check` runs: needs no root, no network and no cluster. The slow ones first, so that they overlap. */
export const checkSteps: readonly Step[] = [
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'], countsTests: true },
  { name: 'types', command: ['tsc', '--noEmit', '--project', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--quiet'] },
  { name: 'format', command: ['biome', 'check'] },
  { name: 'generated files', command: ['node', 'tools/generate.ts', '--check'] },
  { name: 'generated image recipes', command: ['node', 'tools/build.ts', '--containerfiles', '--check'] },
  { name: 'generated reference', command: ['node', 'tools/reference.ts', '--check'] },
];

/** What `npm test` runs after the check: against the real kernel and real API servers, then whole clusters as a user drives them. */
export const testSteps: readonly Step[] = [
  { name: 'programs and images for real tests', command: ['node', 'tools/prepare.ts'], live: true },
  { name: 'tests against the real kernel and API server', command: ['vitest', 'run', '--project', 'real'], countsTests: true, live: true },
  { name: 'end to end on the playground', command: ['vitest', 'run', '--project', 'e2e'], countsTests: true, live: true },
];
