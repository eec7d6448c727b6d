import { clusterKind, serviceExportKind, sliceKind, sliceNodeKind } from '../../../api/kinds.ts';
import { dnsService, hubNamespace, hubSecret, memberNamespace, sliceZone, trustConfigMap } from '../../../api/places.ts';
import { corednsConfigMap } from '../../../api/stub-block.ts';
import { planCrds } from '../../../install/crds.ts';
import { componentName } from '../../../install/metadata.ts';
import {
  configMapKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  namespaceKind,
  nodeKind,
  podKind,
  secretKind,
  serviceCidrKind,
  serviceKind,
} from '../../../kubernetes/kinds.ts';
import type { ClockView, ClusterView, CredentialView, Workload } from '../../../plan/diagnosis/cluster-view.ts';
import { strangersAmong } from '../../../plan/diagnosis/strangers.ts';
import { planClusterNetworks } from '../../../plan/worker/cluster-facts.ts';
import { Failure } from '../../../values/failure.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import { tokenClaims } from '../../../values/token-claims.ts';
import { resourcesNotAllowed } from '../steps/installer-rights.ts';
import { connectionOf } from '../steps/joining/member-connection.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askFrom, runningPod } from './ask-node.ts';
import { type FactsOfNodes, factsOfNodes } from './facts-of-nodes.ts';
import { Readings } from './readings.ts';

/** The clock of the API server, by how it dates an object that it would make; none for somebody who may not make one. */
const serverClock = async ({ client }: OpenCluster, signal: AbortSignal): Promise<ClockView[]> => {
  const start = Date.now();
  const trial = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'kubeslice-diagnosis' } } as const;
  const made = await client.create(configMapKind, trial, { signal, dryRun: true }).catch((error: unknown) => {
    if (Failure.is(error, 'Interrupted')) throw error;
    return undefined;
  });
  const at = Date.parse(made?.metadata.creationTimestamp ?? '');
  const halfMs = (Date.now() - start) / 2;
  // The server tells whole seconds.
  const clock = { aheadMs: at + 500 - start - halfMs, doubtMs: halfMs + 500, isReference: true };
  return Number.isNaN(at) ? [] : [{ object: 'API server', of: 'the API server', ...clock }];
};

/** The clock of the hub, by the date in its answer to a pod. */
const hubClock = (date: number | undefined, start: number, end: number): ClockView[] => {
  const halfMs = (end - start) / 2;
  return date === undefined ? [] : [{ object: 'the hub', of: 'the hub', aheadMs: date + 500 - start - halfMs, doubtMs: halfMs + 500 }];
};

const credentialOf = (data: Readonly<Record<string, string>> | undefined): CredentialView | undefined => {
  if (data === undefined) return undefined;
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const { exp } = tokenClaims(text('token'));
  return { server: text('server'), cluster: text('cluster'), ends: typeof exp === 'number' ? exp * 1000 : undefined };
};

/** What is seen of a cluster without asking its nodes. */
export interface ObserveOptions {
  readonly hubContext: string | undefined;
  /** Whether nodes and pods are asked too, which takes the right to execute commands in pods. */
  readonly askNodes: boolean;
  readonly signal: AbortSignal;
}

/** Reads everything that a diagnosis of one cluster goes by; what may not be read is named in the result, and keeps nothing else from being read. */
export const observeCluster = async (cluster: OpenCluster, options: ObserveOptions): Promise<ClusterView> => {
  const { client, context } = cluster;
  const { signal } = options;
  const readings = new Readings();
  const all = async <T extends KubernetesObject>(kind: ResourceKind<T>, namespace?: string): Promise<readonly T[]> =>
    readings.read(
      `${kind.plural}${namespace === undefined ? '' : ` in ${namespace}`}`,
      client.list<T>(kind, { signal, ...(namespace === undefined ? {} : { namespace }) }).then(({ items }) => items),
      [],
    );
  const one = async <T extends KubernetesObject>(kind: ResourceKind<T>, namespace: string, name: string): Promise<T | undefined> =>
    readings.read(
      `${kind.kind} ${namespace}/${name}`,
      client.find<T>(kind, namespace === '' ? { name } : { namespace, name }, { signal }),
      undefined,
    );

  const version = (await client.raw('/version', { signal })) as { readonly minor?: string; readonly gitVersion?: string };
  const [lacking, clock, deployments, daemonSets, nodes, definitions, secret, trust, hubPlace] = await Promise.all([
    readings.read('your rights', resourcesNotAllowed(client, signal), []),
    serverClock(cluster, signal),
    all(deploymentKind),
    all(daemonSetKind),
    all(nodeKind),
    all(customResourceDefinitionKind),
    one(secretKind, memberNamespace, hubSecret),
    one(configMapKind, memberNamespace, trustConfigMap),
    one(namespaceKind, '', hubNamespace),
  ]);
  const isMember =
    trust !== undefined ||
    secret !== undefined ||
    [...deployments, ...daemonSets].some(
      ({ metadata }) => metadata.namespace === memberNamespace && metadata.name.startsWith('kubeslice-'),
    );
  const isHub = hubPlace !== undefined;
  const workload = (kind: Workload['kind'], namespace: string, name: string): Workload => ({
    kind,
    namespace,
    name,
    object: (kind === 'Deployment' ? deployments : daemonSets).find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    ),
  });
  const workloads: Workload[] = [
    ...(isHub ? [workload('Deployment', hubNamespace, componentName('controller'))] : []),
    ...(isMember
      ? [
          workload('Deployment', memberNamespace, componentName('worker')),
          workload('Deployment', memberNamespace, componentName('dns')),
          workload('DaemonSet', memberNamespace, componentName('agent')),
        ]
      : []),
  ];
  const ours = new Set([
    ...workloads.map(({ namespace, name }) => `${namespace}/${name}`),
    `${memberNamespace}/${componentName('agent-cleanup')}`,
  ]);
  const strangers = strangersAmong(
    [...deployments.map((object) => ({ kind: 'Deployment', object })), ...daemonSets.map((object) => ({ kind: 'DaemonSet', object }))],
    ours,
  );
  const known = new Set(
    definitions
      .filter(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True'))
      .map(({ metadata }) => metadata.name),
  );
  const wanted = [...(isHub ? planCrds('hub') : []), ...(isMember ? planCrds('member') : [])].map(({ metadata }) => metadata.name);
  const seesDefinitions = !readings.unread.some(({ what }) => what === customResourceDefinitionKind.plural);
  const exports = isMember ? await all(serviceExportKind) : [];
  const namespaces = [...new Set(exports.map(({ metadata }) => metadata.namespace ?? ''))];
  const inAll = async <T extends KubernetesObject>(kind: ResourceKind<T>): Promise<T[]> =>
    (await Promise.all(namespaces.map((namespace) => all(kind, namespace)))).flat();
  const [slices, sliceNodes, clusters, memberPods, hubPods, services, applicationPods, main, custom, service, endpoints, serviceCidrs] =
    await Promise.all([
      isMember || isHub ? all(sliceKind) : [],
      isMember ? all(sliceNodeKind, memberNamespace) : [],
      isHub ? all(clusterKind) : [],
      isMember ? all(podKind, memberNamespace) : [],
      isHub ? all(podKind, hubNamespace) : [],
      inAll(serviceKind),
      inAll(podKind),
      one(configMapKind, corednsConfigMap.namespace, corednsConfigMap.main),
      one(configMapKind, corednsConfigMap.namespace, corednsConfigMap.custom),
      isMember ? one(serviceKind, memberNamespace, dnsService) : undefined,
      isMember ? all(endpointSliceKind, memberNamespace) : [],
      all(serviceCidrKind),
    ]);
  const pods = [...memberPods, ...hubPods];
  const connection = isMember ? await readings.read('what the worker says of its connection', connectionOf(client, signal), []) : [];
  const credential = credentialOf(secret?.data);
  const { clocks, ...told }: FactsOfNodes =
    options.askNodes && isMember ? await factsOfNodes(cluster, nodes, pods, signal) : { facts: new Map(), silent: new Map(), clocks: [] };
  const worker = options.askNodes && isMember ? (runningPod(pods, 'worker') ?? runningPod(pods, 'dns')) : undefined;
  const container = worker?.metadata.labels?.['app.kubernetes.io/component'] ?? '';
  const askedAt = Date.now();
  const [hub, name] =
    worker === undefined
      ? []
      : await readings.read(
          'answers from pods',
          askFrom(
            cluster,
            { namespace: memberNamespace, pod: worker.metadata.name, container },
            [
              { kind: 'https', url: `${credential?.server ?? 'https://127.0.0.1:1'}/version` },
              { kind: 'name', name: sliceZone },
            ],
            signal,
          ),
          [],
        );
  const from = `pod ${worker?.metadata.name ?? ''}`;
  return {
    contexts: { cluster: context, hub: options.hubContext ?? (isHub ? context : undefined), name: credential?.cluster },
    now: Date.now(),
    clocks: [...clock, ...clocks, ...hubClock(hub?.date, askedAt, Date.now())],
    version: { minor: Number.parseInt(version.minor ?? '', 10), text: version.gitVersion ?? 'unknown' },
    unread: readings.unread,
    lacking: lacking.map((resource) => `create ${resource}`),
    isHub,
    isMember,
    missingDefinitions: seesDefinitions ? wanted.filter((each) => !known.has(each)) : [],
    workloads,
    pods,
    strangers,
    nodes,
    slices,
    sliceNodes,
    exports,
    services,
    applicationPods,
    applicationDeployments: deployments.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? '')),
    clusters,
    clusterDns: {
      main,
      custom,
      service,
      servers: endpoints
        .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === dnsService)
        .flatMap((slice) => slice.endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false).length,
    },
    credential,
    connection,
    networks: planClusterNetworks(
      nodes,
      serviceCidrs.flatMap(({ spec }) => [...(spec?.cidrs ?? [])]),
    ),
    ...told,
    hub: hub === undefined || credential === undefined ? undefined : { from, answer: hub },
    name: name === undefined ? undefined : { from, answer: name, asked: sliceZone },
  };
};
