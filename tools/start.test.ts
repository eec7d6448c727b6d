import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = dirname(import.meta.dirname);
const start = join(root, 'tools/start.mjs');
const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('the first step needs nothing that is not there before npm ci', () => {
  const imports = [...readFileSync(start, 'utf8').matchAll(/^import .* from '([^']+)';/gm)].map(([, target]) => target);
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((target) => target?.startsWith('node:') !== true)).toEqual([]);
});

test('every npm script starts with it, and it knows each by name', () => {
  const { status, stderr } = spawnSync(process.execPath, [start, 'nonsense'], { encoding: 'utf8' });
  expect(status).toBe(1);
  for (const [name, command] of Object.entries(manifest.scripts)) {
    expect(command).toBe(`node tools/start.mjs ${name}`);
    expect(stderr).toMatch(new RegExp(`\\b${name}\\b`));
  }
});
