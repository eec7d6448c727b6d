import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { dashboardFile } from '../../tools/monitoring/dashboard.ts';
import { alertsPagePath, rulesFile } from '../../tools/monitoring/rules.ts';
import { hubNamespace, memberNamespace } from '../api/places.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { type RealApi, realPrograms, startRealApi } from '../kubernetes/fixtures/real-api.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planCrds, stamped } from './crds.ts';
import { planHub } from './hub.ts';
import { resourceKindOf } from './kinds.ts';
import { planMember } from './member.ts';
import { hubDefaults, memberDefaults } from './options.ts';
import { planDefinitions } from './workloads/definitions.ts';
import { planHubRemoval } from './workloads/hub-removal.ts';
import { planMemberRemoval } from './workloads/member-removal.ts';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice', 'tools');
const [helm] = globSync(join(cache, 'helm-*', 'helm'));
if (helm === undefined) console.log(`skipped: the chart with real helm: no helm under ${cache}; tools/build.ts builds it`);

const chart = join(import.meta.dirname, '..', '..', 'charts', 'kubeslice');
const image = `kubeslice/kubeslice:${packageJson.version}`;
const hub = hubDefaults(image);
const member = memberDefaults(image);
const run = promisify(execFile);

const inHelm = async (...args: string[]): Promise<string> => (await run(helm ?? 'helm', args, { maxBuffer: 1 << 24 })).stdout;

const render = async (mode: string, namespace: string, ...more: string[]): Promise<KubernetesObject[]> => {
  const text = await inHelm(
    'template',
    'kubeslice',
    chart,
    '--namespace',
    namespace,
    '--set',
    `mode=${mode}`,
    '--kube-version',
    '1.34.0',
    ...more,
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
};

const byName = (objects: readonly KubernetesObject[]): Map<string, KubernetesObject> =>
  new Map(objects.map((object) => [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]));

const isHook = ({ metadata }: KubernetesObject): boolean => metadata.annotations?.['helm.sh/hook'] !== undefined;

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: the chart on real API servers: ${programs}`);

describe.skipIf((helm === undefined || typeof programs === 'string') && process.env.CI === undefined)('on a real API server', () => {
  const { signal } = new AbortController();
  let folder: string;
  let api: RealApi;
  let client: Client;

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-chart-'));
    api = await startRealApi(programs);
    client = createClient(api.connection, { fieldManager: 'test' });
    const { server, ca = '', credential } = api.connection;
    const token = credential.kind === 'token' ? await credential.token({ signal }) : '';
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
      users: [{ name: 'c', user: { token } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      'current-context': 'c',
    };
    await writeFile(join(folder, 'config'), stringify(kubeconfig));
  });
  afterAll(async () => {
    client.close();
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['hub', hubNamespace, planHub(hub)],
    ['member', memberNamespace, planMember(member)],
  ] as const)('mode %s is installed, upgraded and uninstalled', async (mode, namespace, planned) => {
    const inCluster = (...args: string[]) => inHelm(...args, '--kubeconfig', join(folder, 'config'), '--namespace', namespace);
    const objects = planned.filter(({ kind }) => kind !== 'Namespace');
    const present = async (): Promise<string[]> => {
      const found = await Promise.all(objects.map((object) => client.find(resourceKindOf(object), object.metadata, { signal })));
      return objects.filter((_, index) => found[index] !== undefined).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    };
    // Nothing runs behind this API server, so no hook would end.
    await inCluster('install', 'kubeslice', chart, '--create-namespace', '--no-hooks', '--set', `mode=${mode}`);
    expect(await present()).toHaveLength(objects.length);
    await inCluster('upgrade', 'kubeslice', chart, '--no-hooks', '--set', `mode=${mode},logLevel=debug`);
    expect(await present()).toHaveLength(objects.length);
    await inCluster('uninstall', 'kubeslice', '--no-hooks');
    await expect.poll(present, { timeout: 10_000 }).toEqual([]);
  });
});

describe.skipIf(helm === undefined && process.env.CI === undefined)('with real helm', () => {
  it.each(['hub', 'member'])('the chart is without a fault in mode %s', async (mode) => {
    const namespace = mode === 'hub' ? hubNamespace : memberNamespace;
    const text = await inHelm('lint', chart, '--strict', '--namespace', namespace, '--set', `mode=${mode}`);
    expect(text).toContain('0 chart(s) failed');
  });

  it.each([
    ['hub', hubNamespace, planHub(hub)],
    ['member', memberNamespace, planMember(member)],
  ] as const)('mode %s renders what the command line applies', async (mode, namespace, planned) => {
    const wanted = byName(planned.filter(({ kind }) => kind !== 'Namespace'));
    const rendered = byName((await render(mode, namespace)).filter((object) => !isHook(object)));
    expect([...rendered.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [name, object] of wanted) expect(rendered.get(name), name).toEqual(JSON.parse(JSON.stringify(object)));
  });

  it.each([
    ['hub', hubNamespace, 'pre-install,pre-upgrade', planDefinitions('hub', hub, hub.controller)],
    ['hub', hubNamespace, 'pre-delete', planHubRemoval(hub)],
    ['member', memberNamespace, 'pre-install,pre-upgrade', planDefinitions('member', member, member.worker)],
    ['member', memberNamespace, 'pre-delete', planMemberRemoval(member)],
  ] as const)('mode %s in %s has a Job at %s, whose account comes before it', async (mode, namespace, moment, planned) => {
    const hooks = (await render(mode, namespace)).filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === moment);
    const rendered = byName(hooks);
    const wanted = byName(planned);
    expect([...rendered.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [name, object] of wanted) {
      const { annotations, ...metadata } = rendered.get(name)?.metadata ?? {};
      expect({ ...rendered.get(name), metadata }, name).toEqual(JSON.parse(JSON.stringify(object)));
      expect(annotations?.['helm.sh/hook-weight']).toBe(object.kind === 'Job' ? '1' : '0');
    }
  });

  it('a release has no other hooks', async () => {
    for (const [mode, namespace] of [
      ['hub', hubNamespace],
      ['member', memberNamespace],
    ] as const) {
      const moments = (await render(mode, namespace)).flatMap(({ metadata }) => metadata.annotations?.['helm.sh/hook'] ?? []);
      expect([...new Set(moments)].toSorted()).toEqual(['pre-delete', 'pre-install,pre-upgrade']);
    }
  });

  it('brings the kinds of both sides', async () => {
    const crds = byName((await render('hub', hubNamespace, '--include-crds')).filter(({ kind }) => kind === 'CustomResourceDefinition'));
    const wanted = byName([...planCrds('hub'), ...planCrds('member')].map((crd) => stamped(crd, packageJson.version)));
    expect([...crds.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [name, crd] of wanted) expect(crds.get(name), name).toEqual(JSON.parse(JSON.stringify(crd)));
  });

  it('takes the standard values', async () => {
    const set = ['--set', 'image.repository=mirror/ks,image.tag=v9,dns.replicas=5,dns.nodeSelector.disk=ssd,agent.tolerations[0].key=gpu'];
    const objects = byName(await render('member', memberNamespace, ...set));
    expect(objects.get('Deployment kubeslice-system/kubeslice-dns')).toMatchObject({
      spec: { replicas: 5, template: { spec: { nodeSelector: { disk: 'ssd' }, containers: [{ image: 'mirror/ks:v9' }] } } },
    });
    expect(objects.get('DaemonSet kubeslice-system/kubeslice-agent')).toMatchObject({
      spec: { template: { spec: { tolerations: [{ key: 'gpu' }] } } },
    });
  });

  it('brings monitoring where it is asked for and the operator is there, with the rules as they are', async () => {
    const on = ['--set', 'monitoring.podMonitor=true,monitoring.rules=true,monitoring.dashboard=true,monitoring.labels.release=x'];
    const kinds = ['PodMonitor', 'PrometheusRule'].flatMap((kind) => ['--api-versions', `monitoring.coreos.com/v1/${kind}`]);
    const url = ['--set', 'monitoring.runbookUrl=https://docs.example/alerts'];
    for (const side of ['hub', 'member'] as const) {
      const namespace = side === 'hub' ? hubNamespace : memberNamespace;
      const objects = byName(await render(side, namespace, ...on, ...kinds, ...url));
      const reader = `kubeslice-${side}-metrics-reader`;
      expect(objects.get(`PodMonitor ${namespace}/kubeslice-${side}`)).toMatchObject({
        metadata: { labels: { release: 'x' } },
        spec: {
          podMetricsEndpoints: [{ port: 'metrics', scheme: 'https', authorization: { credentials: { name: reader, key: 'token' } } }],
        },
      });
      expect(objects.get(`Secret ${namespace}/${reader}`)).toMatchObject({ type: 'kubernetes.io/service-account-token' });
      const rules = parse(rulesFile(side).replaceAll(alertsPagePath, 'https://docs.example/alerts')) as object;
      expect(objects.get(`PrometheusRule ${namespace}/kubeslice-${side}`)).toMatchObject({ spec: rules });
      const dashboard = objects.get(`ConfigMap ${namespace}/kubeslice-dashboard-${side}`) as { data: Record<string, string> } | undefined;
      expect(JSON.parse(dashboard?.data['kubeslice.json'] ?? '')).toEqual(JSON.parse(dashboardFile()));
      // Off, there is nothing of it, whatever the cluster has.
      expect(
        [...byName(await render(side, namespace, ...kinds)).keys()].filter((name) => /Monitor|PrometheusRule|dashboard|Secret/.test(name)),
      ).toEqual([]);
    }
  });

  it.each([
    [
      'a PodMonitor without the operator',
      ['--set', 'monitoring.podMonitor=true'],
      /podMonitor needs the kind PodMonitor of the Prometheus operator/,
    ],
    ['rules without the operator', ['--set', 'monitoring.rules=true'], /rules needs the kind PrometheusRule of the Prometheus operator/],
    ['a wrong interval', ['--set', 'monitoring.interval=often'], /interval/],
    ['a value that does not exist', ['--set', 'replica=3'], /replica/],
    ['a wrong kind of value', ['--set', 'dns.replicas=many'], /replicas/],
    ['another mode', ['--set', 'mode=both'], /mode/],
    ['another namespace', ['--namespace', 'elsewhere'], /mode hub is installed in namespace kubeslice-controller: add --namespace/],
  ])('refuses %s', async (_, more, why) => {
    await expect(inHelm('template', 'kubeslice', chart, '--namespace', hubNamespace, ...more)).rejects.toThrow(why);
  });
});
