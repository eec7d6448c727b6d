import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { prometheusPackage, provideUnpackedPackage } from '../../../playground/toolchain/debian-programs.ts';
import { rulesFile } from '../../../tools/monitoring/rules.ts';
import { type FoundTarget, staticScrapeFile } from '../../monitoring/static-scrape.ts';
import { execute } from '../execute.ts';
import { ensure, until } from '../until.ts';
import type { World } from '../world.ts';

/** An alert as Prometheus tells it. */
export interface TellingAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

/** A real Prometheus that stands on a node of one cluster and reads that cluster alone. */
export interface Prometheus {
  readonly context: string;
  /** Alerts that fire now. */
  readonly firing: () => Promise<readonly TellingAlert[]>;
  /** Result of an instant query. */
  readonly query: (
    expr: string,
  ) => Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[]>;
  readonly stop: () => Promise<void>;
}

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');
const account = 'prometheus-of-tests';
const port = 19_090;

/** Minutes of `for` become seconds: whether an alert waits its minutes is tested with promtool, whether it is true here. */
const hastened = (rules: string): string => rules.replaceAll(/^( +for: )(\d+)m$/gm, '$1$2s');

/** The pods with metrics of a cluster, as the discovery of Kubernetes would find them. */
const targetsOf = async (world: World, context: string): Promise<FoundTarget[]> => {
  const pods = await world.list(context, 'pod', '--selector', 'app.kubernetes.io/name=kubeslice');
  return pods.flatMap(({ metadata, spec, status }) => {
    const containers = (spec?.containers ?? []) as readonly { ports?: readonly { name: string; containerPort: number }[] }[];
    const found = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === 'metrics');
    const address: unknown = status?.podIP;
    if (found === undefined || typeof address !== 'string' || status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined)
      return [];
    const meta = (name: string, value: unknown): [string, string] => [`__meta_kubernetes_${name}`, typeof value === 'string' ? value : ''];
    return [
      {
        address: `${address}:${found.containerPort}`,
        labels: Object.fromEntries([
          meta('namespace', metadata.namespace),
          meta('pod_name', metadata.name),
          meta('pod_node_name', spec?.nodeName),
          meta('pod_phase', status?.phase),
          meta('pod_container_port_name', found.name),
          meta('pod_label_app_kubernetes_io_name', metadata.labels?.['app.kubernetes.io/name']),
          meta('pod_label_app_kubernetes_io_component', metadata.labels?.['app.kubernetes.io/component']),
        ]),
      },
    ];
  });
};

/** An account that may read metrics and nothing else, by the role that every installation brings; gives its token. */
const readerToken = async (world: World, context: string, side: 'hub' | 'member'): Promise<string> => {
  await world.apply(
    context,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: 'default' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `kubeslice-${side}-metrics-reader` },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }],
    },
  );
  return (await world.kubectl(context, ['create', 'token', account, '--namespace', 'default', '--duration=2h'])).trim();
};

/** Starts Prometheus on the first node of a cluster, with the rules of that side. Targets are found anew every few seconds, as discovery would. */
export const startPrometheus = async (world: World, context: string, side: 'hub' | 'member'): Promise<Prometheus> => {
  const program = join(await provideUnpackedPackage(prometheusPackage, cache, AbortSignal.timeout(120_000)), 'usr/bin/prometheus');
  const folder = await mkdtemp(join(tmpdir(), 'kubeslice-prometheus-'));
  const file = (name: string): string => join(folder, name);
  await mkdir(file('data'));
  await writeFile(file('token'), await readerToken(world, context, side), { mode: 0o600 });
  await writeFile(file('rules.yaml'), hastened(rulesFile(side)));
  const more = { global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }, rule_files: [file('rules.yaml')] };
  const configure = async (): Promise<void> =>
    writeFile(file('prometheus.yml'), staticScrapeFile(await targetsOf(world, context), { tokenFile: file('token'), more }));
  await configure();
  const net = `/run/netns/kubeslice.${world.name}.${context}-node-1`;
  const flags = [
    `--config.file=${file('prometheus.yml')}`,
    `--storage.tsdb.path=${file('data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child: ChildProcess = spawn('nsenter', [`--net=${net}`, program, ...flags, '--query.lookback-delta=5s', '--log.level=error'], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const get = async <T>(path: string): Promise<T> => {
    const { code, stdout, stderr } = await execute(
      'nsenter',
      [`--net=${net}`, 'curl', '-sSf', '--max-time', '5', `http://127.0.0.1:${port}${path}`],
      { env: process.env },
    );
    ensure(code === 0, `prometheus of ${context}: ${stderr}`);
    return (JSON.parse(stdout) as { data: T }).data;
  };
  const stopping = new AbortController();
  const followTargets = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      // An API server that is away finds nothing new.
      await configure().then(
        () => child.kill('SIGHUP'),
        () => undefined,
      );
    }
  })();
  const prometheus: Prometheus = {
    context,
    firing: async () => (await get<{ alerts: TellingAlert[] }>('/api/v1/alerts')).alerts.filter(({ state }) => state === 'firing'),
    query: async (expr) =>
      (await get<{ result: Awaited<ReturnType<Prometheus['query']>> }>(`/api/v1/query?query=${encodeURIComponent(expr)}`)).result,
    stop: async () => {
      stopping.abort();
      await followTargets;
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
      await world.tryKubectl(context, ['delete', `clusterrolebinding/${account}`]);
      await world.tryKubectl(context, ['delete', '--namespace', 'default', `serviceaccount/${account}`]);
    },
  };
  try {
    await until(
      `prometheus of ${context} reads every program`,
      async () => {
        const down = (await prometheus.query('up')).filter(({ value }) => value[1] !== '1');
        ensure(
          (await prometheus.query('up')).length > 0 && down.length === 0,
          `not read: ${JSON.stringify(down.map(({ metric }) => metric.pod))}`,
        );
      },
      { withinMs: 60_000, everyMs: 500 },
    );
  } catch (error) {
    await prometheus.stop();
    throw error;
  }
  return prometheus;
};

/** Parsed names of the alerts of a side, for who wants to know whether one is meant. */
export const alertNames = (side: 'hub' | 'member'): readonly string[] =>
  (parse(rulesFile(side)) as { groups: readonly { rules: readonly { alert: string }[] }[] }).groups.flatMap(({ rules }) =>
    rules.map(({ alert }) => alert),
  );
