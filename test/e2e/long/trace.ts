import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Something that changed, as kubectl was told of it: milliseconds since 1970, where, and one line about the object. */
export interface Traced {
  readonly at: number;
  readonly where: string;
  readonly line: string;
}

/** What to follow: a name for people, the context, and what `kubectl get` takes, with a template for one line. */
export interface Followed {
  readonly where: string;
  readonly context: string;
  readonly words: readonly string[];
  readonly jsonpath: string;
}

/** Follows objects until it is stopped; what was there at the beginning is among what it gives. */
export const trace = (followed: readonly Followed[], env: Readonly<Record<string, string | undefined>>) => {
  const seen: Traced[] = [];
  const children = followed.map(({ where, context, words, jsonpath }) => {
    const args = ['--context', context, 'get', ...words, '--watch', '-o', `jsonpath=${jsonpath}{"\\n"}`];
    const child = spawn('kubectl', args, { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
    createInterface({ input: child.stdout }).on('line', (line) => seen.push({ at: Date.now(), where, line }));
    return child;
  });
  return {
    seen,
    stop: () => {
      for (const child of children) child.kill('SIGKILL');
    },
  };
};
