import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { pagesToRun } from '../../tools/guides/catalogue.ts';
import { runPage } from '../../tools/guides/run-page.ts';
import type { World } from './world.ts';

/** The guides say what is true: pages that cost seconds are executed as they stand. All of them: `npm run guides`. */
export const guidesTopic = (world: World): void => {
  describe('guides', () => {
    const pages = pagesToRun(world.project).filter(({ cheap }) => cheap);

    test.each(pages.map((page) => [page.path, page] as const))('%s', async (_, page) => {
      const outcome = await runPage(page, { folder: tmpdir(), env: world.environment(), patience: { commandMs: 90_000, lookMs: 30_000 } });
      expect(outcome.run).toBeGreaterThan(0);
    });
  });
};
