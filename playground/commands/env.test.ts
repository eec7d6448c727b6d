import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testTerminal } from '../../src/cli/cli.fixtures.ts';
import { writeSpec } from '../clusters/state.ts';
import { envCommand } from './env.ts';
import { places } from './places.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kubeslice env's-"));
  await writeSpec(places({ XDG_STATE_HOME: home }).state, { name: 'pg', slot: 3, clusters: [] });
});
afterEach(() => rm(home, { recursive: true }));

const env = async (name: string): Promise<string> => {
  const terminal = testTerminal();
  const options = { name };
  const { signal } = new AbortController();
  await envCommand.run?.({ arguments: [], options, env: { XDG_STATE_HOME: home }, terminal, signal, version: '0' });
  return terminal.lines.out.join('\n');
};

test('a shell that evaluates it has this project`s kubeslice, in any folder and without node on its PATH', async () => {
  await env('pg');
  const script = `${await env('pg')}\ncd /\nkubeslice help version`;
  const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: '/nowhere' } });
  expect(said).toContain('Usage: kubeslice version');
  // In the playground's own folder, which goes with it.
  expect(await readdir(join(places({ XDG_STATE_HOME: home }).state, 'pg', 'bin'))).toEqual(['kubeslice']);
});

test('nothing is made for a playground that is not there', async () => {
  await expect(env('other')).rejects.toMatchObject({ code: 'NotFound' });
  expect(await readdir(places({ XDG_STATE_HOME: home }).state)).toEqual(['pg']);
});
