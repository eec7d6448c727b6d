import { basename } from 'node:path';
import type { Program } from '../host/program.ts';
import { Failure } from '../values/failure.ts';
import { terminalText } from '../values/text/plain-text.ts';
import { endProcess } from './end-process.ts';
import { version } from './version.ts';

/** Programs that run inside clusters. Only the one that runs is loaded. */
const programs: Readonly<Record<string, () => Promise<{ readonly run: Program }>>> = {
  controller: () => import('./controller.ts'),
  worker: () => import('./worker.ts'),
  agent: () => import('./agent.ts'),
  dns: () => import('./dns.ts'),
  definitions: () => import('./definitions.ts'),
  'hub-removal': () => import('./hub-removal.ts'),
  'member-removal': () => import('./member-removal.ts'),
  idle: () => import('./idle.ts'),
  echo: () => import('./echo.ts'),
  probe: () => import('./probe.ts'),
  metrics: () => import('./metrics-text.ts'),
};

/** The program and its arguments: by the name of its link (`kubeslice-agent`), else by the first argument, else the command line. */
const choose = (calledAs: string, words: readonly string[]): readonly [() => Promise<{ readonly run: Program }>, readonly string[]] => {
  const byName = programs[calledAs.replace(/^kubeslice-/, '')];
  if (byName !== undefined) return [byName, words];
  const byWord = programs[words[0] ?? ''];
  if (byWord !== undefined) return [byWord, words.slice(1)];
  return [() => import('../cli/cli.ts'), words];
};

/** Starts the requested program and ends the process with its exit code. */
export const main = async (): Promise<void> => {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => stopping.abort(new Failure('Interrupted', `Stopped by ${name}.`)));
  // A reader that ends early (`kubeslice status | head -1`) is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const [load, args] = choose(basename(process.argv[1] ?? '', '.mjs'), process.argv.slice(2));
  try {
    const { run } = await load();
    process.exitCode = await run({ entry: process.argv[1] ?? '', args, env: process.env, signal: stopping.signal, version });
  } catch (error) {
    process.stderr.write(`error: ${terminalText(Failure.from(error).message)}\n`);
    if (!Failure.is(error) && error instanceof Error) process.stderr.write(`${terminalText(error.stack ?? '')}\n`);
    endProcess({ stdout: process.stdout, stderr: process.stderr, exit: (code) => process.exit(code) }, stopping.signal.aborted ? 130 : 1);
  }
};
