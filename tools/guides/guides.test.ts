import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isAsExpected, isLook } from './expected.ts';
import { readPage } from './page.ts';
import { runPage } from './run-page.ts';

const page = (...lines: string[]) => readPage('docs/a.md', lines.join('\n'));

describe('a page', () => {
  test('says what it needs and leaves', () => {
    expect(page('---', 'needs: bare', 'leaves: joined', 'cheap: true', '---', '# A')).toEqual({
      path: 'docs/a.md',
      needs: 'bare',
      leaves: 'joined',
      cheap: true,
      late: false,
      blocks: [],
    });
    expect(page('---', 'needs: joined', '---')).toMatchObject({ leaves: 'joined', cheap: false });
    expect(page('# A')).toEqual({ path: 'docs/a.md', cheap: false, late: false, blocks: [] });
  });

  test('has scripts, commands with output, and reasons not to run', () => {
    const { blocks } = page(
      '```yaml',
      'not: a command',
      '```',
      '```sh',
      'one',
      'two',
      '```',
      '<!-- not run: needs an account -->',
      '```sh',
      'cloud',
      '```',
      '<!-- exits: 2 -->',
      '',
      '```console',
      '$ first \\',
      '>   --more',
      'printed',
      '> printed',
      '$ second',
      '```',
    );
    expect(blocks).toEqual([
      { line: 5, commands: [{ text: 'one\ntwo', exitCode: 0 }] },
      { line: 10, commands: [{ text: 'cloud', exitCode: 0 }], notRun: 'needs an account' },
      {
        line: 15,
        commands: [
          { text: 'first \\\n  --more', exitCode: 0, expected: 'printed\n> printed' },
          { text: 'second', exitCode: 2 },
        ],
      },
    ]);
  });

  test('a comment is about the block that follows it, with no words between', () => {
    expect(page('<!-- exits: 2 -->', 'Words.', '```sh', 'a', '```').blocks).toMatchObject([{ commands: [{ exitCode: 0 }] }]);
  });

  test.each([
    ['does not end', ['```sh', 'a'], /docs\/a\.md:1: .*does not end/],
    ['has output before a command', ['```console', 'a', '```'], /docs\/a\.md:2: .*begins with a command/],
  ])('a block that %s is told by page and line', (_, lines, message) => {
    expect(() => page(...lines)).toThrow(message);
  });
});

describe('what a program prints', () => {
  test.each([
    ['a', 'a\n', true],
    ['a', 'b', false],
    ['a', 'a\nb', false],
    ['a\n…', 'a\nb\nc', true],
    ['…\nc', 'a\nb\nc', true],
    ['a\n…\nc', 'a\nc', true],
    ['pod …-… Running', 'pod web-1x Running', true],
    ['NAME READY', 'NAME      READY   ', true],
    ['a.b', 'axb', false],
    ['a', '\u001b[32ma\u001b[0m', true],
  ])('%j shown, %j printed: %s', (expected, printed, same) => {
    expect(isAsExpected(expected, printed)).toBe(same);
  });

  test.each([
    ['kubectl --context west get pods', true],
    ['kubectl --context west -n app exec client -- curl -sS http://a', true],
    ['kubectl get pods && rm x', false],
    ['kubectl --context west apply -f x', false],
    ['kubeslice status --context hub', true],
    ['kubeslice trust list --context hub', true],
    ['kubeslice trust forget east', false],
    ['kubeslice join east', false],
  ])('%s only looks: %s', (command, look) => {
    expect(isLook(command)).toBe(look);
  });
});

describe('running a page', () => {
  const run = (...lines: string[]) =>
    runPage(page(...lines), { folder: tmpdir(), env: { PATH: process.env.PATH }, patience: { commandMs: 5_000, lookMs: 0 } });

  test('variables last from block to block, and what is not run is counted with its reason', async () => {
    const outcome = await run(
      '```sh',
      'a=1',
      'cat >/dev/null <<EOF',
      'text',
      'EOF',
      '```',
      '<!-- not run: no account -->',
      '```sh',
      'exit 1',
      '```',
      '```console',
      '$ echo "a is $a"',
      'a is 1',
      '```',
    );
    expect(outcome).toMatchObject({ run: 2, notRun: [{ where: 'docs/a.md:9', reason: 'no account' }] });
  });

  test.each([
    ['a command that fails', ['```sh', 'false', '```'], /docs\/a\.md:2: .*exit code 1/],
    ['a script that fails in the middle', ['```sh', 'true', 'false', 'true', '```'], /exit code 1/],
    ['other output', ['```console', '$ echo b', 'a', '```'], /shows something else/],
    ['a command that should fail and does not', ['<!-- exits: 2 -->', '```sh', 'true', '```'], /exit code 0, and the page says 2/],
    ['a command that waits for input gets none', ['```console', '$ cat; echo over', 'over', '$ exit 3', '```'], /exit code 3/],
  ])('%s', async (_, lines, message) => {
    await expect(run(...lines)).rejects.toThrow(message);
  });

  test('a command without end is ended', async () => {
    const text = page('```sh', 'sleep 100', '```');
    const options = { folder: tmpdir(), env: { PATH: process.env.PATH }, patience: { commandMs: 300, lookMs: 0 } };
    await expect(runPage(text, options)).rejects.toThrow(/docs\/a\.md:2: It did not end within 0\.3 s: sleep 100/);
  });
});
