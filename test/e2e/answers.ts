import { until } from './until.ts';
import type { World } from './world.ts';

/** Who answered whom, from the demo server. */
export interface Answer {
  readonly pod: string;
  readonly cluster: string;
  readonly client: string;
  readonly server: string;
}

/** Calls a demo server from a pod. @throws when nobody answers within two seconds. */
export const ask = async (world: World, context: string, ns: string, from: string, host: string, port = 80): Promise<Answer> => {
  const url = `http://${host}:${port}/json`;
  const answer: Answer = JSON.parse(
    await world.exec(context, ns, from, ['curl', '--silent', '--show-error', '--fail', '--max-time', '2', url]),
  );
  return answer;
};

/** A call from the pod `client`, and the cluster that should answer. */
export interface Call {
  readonly world: World;
  readonly from: string;
  readonly ns: string;
  readonly host: string;
  /** @default 80 */
  readonly port?: number;
  /** @default east */
  readonly to?: string;
  readonly withinMs: number;
}

/** Calls until somebody answers. @throws with what `explain` and the agents of both clusters report, when nobody does. */
export const untilAnswer = async ({
  world,
  from,
  ns,
  host,
  port,
  to = 'east',
  withinMs,
}: Call): Promise<{ value: Answer; tookMs: number }> => {
  try {
    return await until('an answer', () => ask(world, from, ns, 'client', host, port), { withinMs });
  } catch (cause) {
    const { stdout, stderr } = await world.kubeslice(['explain', `${ns}/client`, host, '--context', from, '--to-context', to]);
    const reports = await Promise.all([from, to].map((context) => agentsOf(world, context)));
    throw new Error([String(cause), `explain: ${stdout}${stderr}`, ...reports].join('\n'), { cause });
  }
};

const agentsOf = async (world: World, context: string): Promise<string> => {
  const own = ['--namespace', 'kubeslice-system'];
  const pods = (await world.list(context, 'pod', ...own)).filter(({ metadata }) => metadata.name.startsWith('kubeslice-agent-'));
  const reports = pods.map(async ({ metadata: { name } }) => {
    const tunnels = await world.tryKubectl(context, ['exec', ...own, name, '--', 'ip', '-all', 'netns', 'exec', 'wg', 'show']);
    const log = await world.tryKubectl(context, ['logs', ...own, name, '--since=2m', '--tail=60']);
    return `${context} ${name}\n${tunnels.stdout}${tunnels.stderr}\n${log.stdout}${log.stderr}`;
  });
  return (await Promise.all(reports)).join('\n');
};
