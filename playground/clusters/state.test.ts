import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playgroundNames, readSpec, requireSpec, withLock, writeSpec } from './state.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'playground-state-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('state directory', () => {
  test('a description is read as it was written, and its playground is listed', async () => {
    const spec = { name: 'pg', slot: 3, clusters: [{ name: 'hub', index: 1, nodes: 2 }] };
    expect(await readSpec(directory, 'pg')).toBeUndefined();
    await writeSpec(directory, spec);
    expect(await readSpec(directory, 'pg')).toEqual(spec);
    expect(await playgroundNames(directory)).toEqual(['pg']);
  });

  test('a command about a playground that is not there says which are', async () => {
    await expect(requireSpec(directory, 'other')).rejects.toThrow(
      /No playground is called "other" \(there is pg\): name one with --name pg, or start it with "kubeslice playground up --name other"\.$/,
    );
  });

  test('where there is none, only how to start one is proposed', async () => {
    await expect(requireSpec(join(directory, 'none'), 'other')).rejects.toThrow(
      'No playground is called "other" (there is none yet): start it with "kubeslice playground up --name other".',
    );
  });

  test('one at a time: the second is refused with the holder`s process id, or waits', async () => {
    let release: () => void = () => undefined;
    const first = withLock(directory, 'x', () => new Promise<void>((resolve) => (release = resolve)));
    await expect.poll(async () => readdir(directory)).toContain('.x.lock');
    await expect(withLock(directory, 'x', async () => 1)).rejects.toThrow(`process ${process.pid} is working on it`);
    const third = withLock(directory, 'x', async () => 3, { signal: new AbortController().signal, waitMs: 5000 });
    release();
    await first;
    expect(await third).toBe(3);
    expect(await readdir(directory)).not.toContain('.x.lock');
  });

  test.each(['999999 1', `${process.pid} 1`, '', 'rubbish'])('a lock left by "%s" does not count', async (holder) => {
    await writeFile(join(directory, '.y.lock'), holder);
    expect(await withLock(directory, 'y', async () => 2)).toBe(2);
  });

  test('the lock is given back when the work fails', async () => {
    await expect(withLock(directory, 'z', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(directory, 'z', async () => 4)).toBe(4);
  });
});
