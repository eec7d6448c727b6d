import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CliCommand } from '../../src/cli/command.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { Failure } from '../../src/values/failure.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';
import { bringUp, shapeOptions } from './up.ts';

/** URL of the example's service. */
const url = 'http://backend-service.app-ns.svc.slice.local';

/** How long the whole example may take to answer, in milliseconds. */
const patienceMs = 180_000;

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const kubectl = (program: string, words: readonly string[], signal: AbortSignal): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, ...text }));
  });

/** `kubeslice playground demo`, which is also `npm run playground`. */
export const demoCommand: CliCommand = {
  name: 'demo',
  summary: 'Start a playground, apply the example and call its service from the other cluster',
  options: [nameOption, ...shapeOptions],
  examples: ['kubeslice playground demo'],
  run: async (input) => {
    const { env, terminal, signal } = input;
    const started = performance.now();
    const { kubeconfig, binaries, members } = await bringUp(input);
    const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
    terminal.err(`hub, ${members.join(' and ')} are up; KubeSlice is installed and all have joined (${seconds()})`);

    const run = (context: string, ...words: string[]) =>
      kubectl(join(binaries, 'kubectl'), ['--kubeconfig', kubeconfig, '--context', context, ...words], signal);
    const [server = '', client = server] = members;
    const example = join(places(env).project, 'examples', 'app-slice');
    const apply = async (context: string, file: string): Promise<void> => {
      const { code, stderr } = await run(context, 'apply', '-f', join(example, file));
      if (code !== 0)
        throw new Failure('CommandFailed', `kubectl could not apply examples/app-slice/${file} in ${context}: ${stderr.trim()}`);
      terminal.err(`applied examples/app-slice/${file} in ${context}`);
    };
    await apply('hub', 'slice.yaml');
    await apply(server, 'backend.yaml');
    // The example returns its cluster's name, which differs here.
    if (server !== 'east') await run(server, '-n', 'app-ns', 'set', 'env', 'deployment/backend', `CLUSTER=${server}`);
    await apply(client, 'client.yaml');
    await apply(server, 'export.yaml');

    const call = ['-n', 'app-ns', 'exec', 'client', '--', 'curl', '-sS', '--max-time', '2', url];
    const deadline = systemClock.monotonic() + patienceMs;
    for (;;) {
      const { code, stdout, stderr } = await run(client, ...call);
      if (code === 0) {
        terminal.out(`$ kubectl --context ${client} ${call.join(' ')}`);
        terminal.out(stdout.trimEnd());
        break;
      }
      if (systemClock.monotonic() > deadline) {
        throw new Failure(
          'Timeout',
          `${url} did not answer in ${client} within ${patienceMs / 1000} s (${stderr.trim()}); see "npx kubeslice status".`,
        );
      }
      await sleep(systemClock, 500, signal);
    }
    const name = playgroundName(input);
    const named = name === 'default' ? '' : ` --name ${name}`;
    terminal.err(`
It answered after ${seconds()}. The playground goes on running. What to try next:
  eval "$(npx kubeslice playground env${named})"        kubectl, kubeslice and kubeconfig for this shell; contexts hub, ${members.join(', ')}
  npx kubeslice status --context hub                 clusters, nodes and tunnels, the worst first
  npx kubeslice playground fault cut ${server} ${client}${named}      break it, and see it in the slice; "fault heal" repairs it
  npx kubeslice playground down${named}                  remove every trace`);
    return 0;
  },
};
