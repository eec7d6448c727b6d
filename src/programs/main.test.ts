import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..');

interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const kubeslice = (words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ending> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin', 'kubeslice.mjs'), ...words], { env: { PATH: process.env.PATH, ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });

describe('the command line', () => {
  it('tells its version', async () => {
    expect(await kubeslice(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
    expect(JSON.parse((await kubeslice(['version', '-o', 'json'])).out)).toMatchObject({ version: packageJson.version });
  });

  it('without words shows its commands', async () => {
    const { code, out } = await kubeslice([]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}join {8,}Join a member cluster to the hub$/m);
    expect(out).toContain('Exit codes: 0 done or healthy');
  });

  it.each([
    [['stat'], 64, /unknown command 'stat'\n\(Did you mean status\?\)/],
    [['status', '--contxt', 'hub'], 64, /unknown option '--contxt'\n\(Did you mean --context\?\)/],
    [['status', '-o', 'xml'], 64, /Allowed choices are json, yaml, wide/],
    [['join'], 64, /missing required argument 'name'/],
    [['token'], 64, /Usage: kubeslice token/],
    [
      ['status', '--kubeconfig', '/nowhere'],
      1,
      /^error: There is no kubeconfig at \/nowhere; name one with --kubeconfig or KUBECONFIG\.$/m,
    ],
    [['join', 'east', '--token', 'x'], 1, /^error: --token is not a join token/m],
  ])('%j ends with code %i and one sentence', async (words, code, message) => {
    const ending = await kubeslice(words);
    expect(ending.code).toBe(code);
    expect(ending.err).toMatch(message);
    expect(ending.out).toBe('');
  });

  it('every command explains itself', async () => {
    const { out } = await kubeslice(['join', '--help']);
    expect(out).toContain('Usage: kubeslice join [options] <name>');
    expect(out).toContain('kubeslice join east --hub-context hub --context east --wait');
  });
});

/** What a module loads at once, with all that this loads, by file or package; types and what is loaded when needed do not count. */
const loadedBy = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, target = ''] of text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)'/gms)) {
    if (target.endsWith('.ts')) loadedBy(normalize(join(dirname(file), target)), seen);
    else seen.add(target);
  }
  return seen;
};

const packagesOf = (...files: readonly string[]): string[] =>
  [...new Set(files.flatMap((file) => [...loadedBy(file)]))].filter((name) => !/^(node:|src\/|\.)/.test(name)).toSorted();

describe('what starting loads', () => {
  it('for help and version is a parser of options and colours, and no more', () => {
    expect(packagesOf('src/programs/main.ts', 'src/cli/cli.ts')).toEqual(['commander', 'picocolors']);
  });

  it('for what people do often is a reader of kubeconfigs, and one that checks what members report, and no more', () => {
    for (const command of ['status', 'slices', 'services', 'links', 'problems'])
      expect(packagesOf(`src/cli/commands/${command}.ts`), command).toEqual(['yaml', 'zod']);
  });
});
