import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { execute } from './execute.ts';
import type { World } from './world.ts';

const readable = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** What this machine still has of a playground, by the names that only it uses. */
const leftOnMachine = async (name: string): Promise<string[]> => {
  const namespaces = (await execute('ip', ['netns', 'list'], { env: process.env })).stdout
    .split('\n')
    .filter((line) => line.startsWith(`kubeslice.${name}.`));
  const mounts = readable('/proc/mounts')
    .split('\n')
    .filter((line) => line.includes(`/playground/${name}/`));
  const group = `kubeslice-playground/${name}/`;
  const processes = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => readable(`/proc/${pid}/cgroup`).includes(group))
    .map((pid) => `process ${pid} ${readable(`/proc/${pid}/comm`).trim()}`);
  return [...namespaces, ...mounts, ...processes];
};

/** The playground itself goes. */
export const removalTopic = (world: World): void => {
  describe('playground down', () => {
    test('leaves nothing on the machine, and says so', async () => {
      const { code, stdout, stderr } = await world.kubeslice(['playground', 'down', '--name', world.name], { timeoutMs: 120_000 });
      expect(`${stdout}${stderr}`).toContain('nothing');
      expect(code).toBe(0);
      expect(await leftOnMachine(world.name)).toEqual([]);
    });
  });
};
