import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type FakeApi, startFakeApi } from '../kubernetes/fake/fake-api.ts';
import type { ResourceKind } from '../values/resource-kind.ts';
import { testTerminal } from './cli.fixtures.ts';
import type { CliCommand, CliInput } from './command.ts';

/** Output and exit code of a command. */
export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Fake API servers and a kubeconfig with a context for each, for tests that run whole commands. */
export interface FakeContexts {
  api(context: string): FakeApi;
  run(command: CliCommand, words: readonly string[], options: CliInput['options']): Promise<Ran>;
  stop(): Promise<void>;
}

/** Starts one server for each name, all with the same kinds; the credentials of the contexts in `expired` are not accepted. */
export const startFakeContexts = async (
  names: readonly string[],
  kinds: readonly ResourceKind[],
  expired: readonly string[] = [],
): Promise<FakeContexts> => {
  const folder = await mkdtemp(join(tmpdir(), 'kubeslice-contexts-'));
  const apis = new Map(await Promise.all(names.map(async (name) => [name, await startFakeApi({ kinds })] as const)));
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    stringify({
      clusters: [...apis].map(([name, { connection }]) => ({ name, cluster: { server: connection.server } })),
      users: [
        { name: 'someone', user: { token: 'valid' } },
        { name: 'nobody', user: { token: 'refused' } },
      ],
      contexts: names.map((name) => ({ name, context: { cluster: name, user: expired.includes(name) ? 'nobody' : 'someone' } })),
    }),
  );
  const { signal } = new AbortController();
  return {
    api: (context) => apis.get(context) as FakeApi,
    run: async (command, words, options) => {
      const terminal = testTerminal();
      const input = { arguments: words, options: { kubeconfig, ...options }, env: {}, terminal, signal, version: '0.0.0-test' };
      const code = await command.run?.(input);
      return { code, out: terminal.lines.out.join('\n'), err: terminal.lines.err.join('\n') };
    },
    stop: async () => {
      await Promise.all([...apis.values()].map((api) => api.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
