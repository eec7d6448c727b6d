import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CliCommand } from '../command.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completion-scripts.ts';

const commands: CliCommand[] = [
  { name: 'status', summary: 'Show', options: [{ flags: '-o, --output <format>', text: 'Format', choices: ['json'] }], run: async () => 0 },
  {
    name: 'token',
    summary: 'Tokens',
    commands: [
      { name: 'create', summary: "Make one, it's easy", options: [{ flags: '--context <name>', text: 'Hub' }], run: async () => 0 },
    ],
  },
];

const complete = async (...words: string[]): Promise<string[]> => {
  const script = `${bashCompletion(commands)}
kubectl() { echo east; echo hub; }
COMP_WORDS=(kubeslice ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _kubeslice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  return stdout.split('\n').filter((line) => line !== '');
};

describe('completion in bash', () => {
  it.each([
    [[''], ['status', 'token', '--help', '--version']],
    [['st'], ['status']],
    [
      ['token', ''],
      ['create', '--help'],
    ],
    [['token', 'create', '--c'], ['--context']],
    [['token', 'create', 'east', '--c'], ['--context']],
    [
      ['token', 'create', '--context', ''],
      ['east', 'hub'],
    ],
    [['status', '-o', 'j'], ['json']],
  ])('%j gives %j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });
});

it('zsh uses the same, fish has a line for each command and option', () => {
  expect(zshCompletion(commands)).toContain(bashCompletion(commands));
  const fish = fishCompletion(commands);
  expect(fish).toContain(
    "-n '__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from create' -a create -d 'Make one, it\\'s easy'",
  );
  expect(fish).toContain("-n '__fish_seen_subcommand_from status' -l output -s o -xa 'json' -d 'Format'");
});
