import { execFileSync, spawnSync } from 'node:child_process';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/values/failure.ts';
import type { ToolProgress } from './provide.ts';
import { provide } from './provide.ts';

const reason = spawnSync('go', ['version']).status === 0 ? undefined : 'Go is not installed';
if (reason !== undefined) console.log(`skipped: compiling a real tool: ${reason}`);

const modules = join(import.meta.dirname, '../../toolchain');

describe.skipIf(reason !== undefined)('provide', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'kubeslice-'));
  });
  afterEach(() => rm(cache, { recursive: true }));

  test('compiles a static program once and then finds it', async () => {
    const states: ToolProgress['state'][] = [];
    const options = { cache, modules, report: ({ state }: ToolProgress) => states.push(state) };
    const { signal } = new AbortController();
    const { pause } = await provide(['pause'], options, signal);
    await access(pause);
    expect(states.filter((state) => state !== 'building')).toEqual(['built']);
    expect(execFileSync('go', ['version', '-m', pause], { encoding: 'utf8' })).toContain('CGO_ENABLED=0');

    states.length = 0;
    expect(await provide(['pause'], options, signal)).toEqual({ pause });
    expect(states).toEqual(['present']);
  });

  test('leaves nothing half-made when interrupted, and succeeds when run again', async () => {
    const abort = new AbortController();
    const report = ({ state }: ToolProgress): void => {
      if (state === 'building') abort.abort();
    };
    const failure = await provide(['pause'], { cache, modules, report }, abort.signal).catch((error: unknown) => error);
    expect(Failure.is(failure, 'Interrupted')).toBe(true);
    expect(await readdir(join(cache, 'tools')).catch(() => [])).toEqual([]);
    const { pause } = await provide(['pause'], { cache, modules }, new AbortController().signal);
    await access(pause);
  });

  test('reports the failure of one tool when its module is not there', async () => {
    const failure = await provide(['pause'], { cache, modules: cache }, new AbortController().signal).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(await readdir(cache)).toEqual([]);
  });
});
