import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { environment } from './environment.ts';
import { playgroundPaths } from './paths.ts';

const evaluated = (script: string, name: string): string =>
  execFileSync('sh', ['-c', `${script}\nprintf %s "$${name}"`], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });

test.each(['/state', '/state of "things" & $HOME `x`'])('a shell understands the exports for %s', (directory) => {
  const script = environment(playgroundPaths(directory, 'pg'), undefined);
  expect(evaluated(script, 'KUBECONFIG')).toBe(`${directory}/pg/kubeconfig`);
  expect(evaluated(script, 'PATH')).toBe(`${directory}/pg/bin:/usr/bin:/bin`);
  expect(evaluated(script, 'KUBESLICE_PLAYGROUND')).toBe('pg');
});

test.each([
  [undefined, '198.18.0.0/15'],
  ['', '198.18.0.0/15'],
  ['localhost,198.18.0.0/15', 'localhost,198.18.0.0/15'],
  ['localhost', 'localhost,198.18.0.0/15'],
])('clusters are reached without a proxy: %s', (before, after) => {
  const script = environment(playgroundPaths('/state', 'pg'), before);
  expect(evaluated(script, 'NO_PROXY')).toBe(after);
  expect(evaluated(script, 'no_proxy')).toBe(after);
});
