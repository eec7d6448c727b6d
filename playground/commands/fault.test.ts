import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { testTerminal } from '../../src/cli/cli.fixtures.ts';
import type { CliInput } from '../../src/cli/command.ts';
import { writeSpec } from '../clusters/state.ts';
import { downCommand } from './down.ts';
import { faultCommand } from './fault.ts';
import { loadCommand } from './load.ts';
import { places } from './places.ts';

let home: string;
let state: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kubeslice-fault-'));
  state = places({ XDG_STATE_HOME: home }).state;
  const clusters = ['hub', 'east', 'west'].map((name, position) => ({ name, index: position + 1, nodes: 1 }));
  await writeSpec(state, { name: 'pg', slot: 3, clusters });
});
afterAll(() => rm(home, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const inputOf = (words: readonly string[], options: CliInput['options']) => ({
  arguments: words,
  options: { name: 'pg', ...options },
  env: { XDG_STATE_HOME: home },
  terminal: testTerminal(),
  signal: new AbortController().signal,
  version: '0.0.0-test',
});
const fault = async (kind: string, words: readonly string[], options: CliInput['options'] = {}) =>
  faultCommand.commands?.find(({ name }) => name === kind)?.run?.(inputOf(words, options));

describe('a fault whose arguments are wrong', () => {
  test.each([
    ['cut', ['east', 'west'], { for: '3' }, /"3" is no duration/],
    ['loss', ['east', 'west', '5%'], { for: '3' }, /"3" is no duration/],
    ['delay', ['east', 'west', '5ms'], { for: 'soon' }, /"soon" is no duration/],
    ['kill', ['node', 'east'], { for: '3' }, /"3" is no duration/],
    ['kill', ['apiserver'], { for: '' }, /"" is no duration/],
    ['loss', ['east', 'west', '5'], {}, /"5" is no percentage/],
    ['delay', ['east', 'west', '5'], {}, /"5" is no duration/],
    ['cut', ['east', 'north'], {}, /"north" is no cluster/],
    ['kill', ['node', 'north'], {}, /"north" is no cluster/],
  ])('%s %j %j is refused before anything is made', async (kind, words, options, why) => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    await expect(fault(kind, words, options)).rejects.toMatchObject({ code: 'InvalidInput', message: expect.stringMatching(why) });
    expect(await readdir(join(state, 'pg'))).toEqual(['playground.json']);
  });
});

describe('without root', () => {
  const commands: readonly (readonly [string, () => unknown])[] = [
    ['heal', () => fault('heal', [], { name: 'other' })],
    ['cut', () => fault('cut', ['east', 'west'], { name: 'other' })],
    ['kill', () => fault('kill', ['node', 'east'], { name: 'other' })],
    ['down', () => downCommand.run?.(inputOf([], { name: 'other' }))],
    ['load', () => loadCommand.run?.(inputOf(['x.tar'], { name: 'other' }))],
  ];
  test.each(commands)('%s says so before anything else', async (_, attempt) => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    await expect(attempt()).rejects.toThrow('A playground needs root');
  });

  test('down prints nothing first', async () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const input = inputOf([], { name: 'other' });
    await expect(downCommand.run?.(input)).rejects.toThrow('A playground needs root');
    expect(input.terminal.lines).toEqual({ out: [], err: [] });
  });
});
