import { expect, it } from 'vitest';
import { commandFirst } from './cli.ts';

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
