import { expect, it } from 'vitest';
import { commandFirst, run } from './cli.ts';

it.each([
  ['nothing', [], []],
  ['a command with options behind it', ['status', '--context', 'hub'], ['status', '--context', 'hub']],
  ['an option with a value', ['--context', 'hub', 'status', '-o', 'json'], ['status', '-o', 'json', '--context', 'hub']],
  ['two, one with an equals sign', ['--kubeconfig=a', '--context', 'hub', 'links'], ['links', '--context', 'hub', '--kubeconfig=a']],
  ['other options first', ['--help', '--context', 'hub'], ['--help', '--context', 'hub']],
  ['an option without its value', ['--context'], ['--context']],
])('moves places behind the command: %s', (_, written, read) => {
  expect(commandFirst(written)).toEqual(read);
});

it('takes "help" before a command, and tells wrong use from failure by the exit code', async () => {
  const codeOf = (...args: string[]) =>
    run({ args, entry: '', env: { KUBECONFIG: '/nonexistent/config' }, signal: new AbortController().signal, version: '0' });
  expect(await codeOf('help', 'status')).toBe(0);
  expect(await codeOf('playground', 'up', '--name', 'no-such', '--nodes', 'x')).toBe(64);
  expect(await codeOf('status')).toBe(1);
});
