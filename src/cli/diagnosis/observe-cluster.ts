import { clusterKind, serviceExportKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import {
  defaultProject,
  dnsService,
  hubNamespace,
  hubSecret,
  memberNamespace,
  projectNamespace,
  trustConfigMap,
} from '../../api/places.ts';
import { corednsConfigMap } from '../../api/stub-block.ts';
import {
  configMapKind,
  customResourceDefinitionKind,
  daemonSetKind,
  deploymentKind,
  type EndpointSlice,
  endpointSliceKind,
  type Node,
  namespaceKind,
  nodeKind,
  type Pod,
  podKind,
  secretKind,
  serviceCidrKind,
  serviceKind,
} from '../../kubernetes/kinds.ts';
import { dnsDeployments } from '../../plan/cluster-dns/find-configuration.ts';
import type { ClusterDns } from '../../plan/cluster-dns/plan.ts';
import { type ClusterView, type CredentialView, clusterDnsReading } from '../../plan/diagnosis/cluster-view.ts';
import { ownCluster } from '../../plan/facts/own-cluster.ts';
import { planClusterNetworks } from '../../plan/slices/cluster-facts.ts';
import { observeClusterDns } from '../../reconcile/observe-cluster-dns.ts';
import { isLinux } from '../../values/builtin/node.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { tokenClaims } from '../../values/text/token-claims.ts';
import { resourcesNotAllowed } from '../steps/installer-rights.ts';
import { connectionOf } from '../steps/joining/member-connection.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askWorker, type WorkerAnswers } from './ask-worker.ts';
import { serverClock } from './clocks.ts';
import { type FactsOfNodes, factsOfNodes } from './facts-of-nodes.ts';
import { hasMemberPrograms, type Installed, missingDefinitions, strangersBeside, workloadsOf } from './installed.ts';
import { Readings } from './readings.ts';

const credentialOf = (data: Readonly<Record<string, string>> | undefined): CredentialView | undefined => {
  if (data === undefined) return undefined;
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const { exp } = tokenClaims(text('token'));
  return { server: text('server'), cluster: text('cluster'), ends: typeof exp === 'number' ? exp * 1000 : undefined };
};

/** The number of our ready DNS servers. */
const readyServers = (slices: readonly EndpointSlice[]): number =>
  slices
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === dnsService)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false).length;

/** Namespaces of our own programs. */
const ours = [memberNamespace, hubNamespace] as const;

/** The nodes on which agents run, by name alone. */
const nodesOfAgents = (pods: readonly Pod[]): Node[] =>
  pods
    .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'agent')
    .flatMap(({ spec }) => (spec?.nodeName === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', metadata: { name: spec.nodeName } }]));

const noFacts: FactsOfNodes = { facts: new Map(), silent: new Map(), clocks: [] };
const noAnswers: WorkerAnswers = { hub: undefined, name: undefined, clocks: [] };

/** Options of the observation of a cluster. */
export interface ObserveOptions {
  readonly hubContext: string | undefined;
  /** Whether nodes and pods are asked too, which requires the right to execute commands in pods. */
  readonly askNodes: boolean;
  readonly signal: AbortSignal;
}

/** Reads all inputs of the diagnosis of one cluster; what may not be read is named in the result, and the rest is still read. */
export const observeCluster = async (cluster: OpenCluster, options: ObserveOptions): Promise<ClusterView> => {
  const { client, context } = cluster;
  const { signal, askNodes } = options;
  const readings = new Readings(client, signal);
  const version = (await client.raw('/version', { signal })) as { readonly minor?: string; readonly gitVersion?: string };
  const [lacking, clock, deployments, daemonSets, allNodes, definitions, secret, trust, hubPlace] = await Promise.all([
    readings.read('your rights', resourcesNotAllowed(client, signal), []),
    serverClock(cluster, signal),
    readings.listIn(deploymentKind, ours),
    readings.listIn(daemonSetKind, ours),
    readings.list(nodeKind),
    readings.list(customResourceDefinitionKind),
    readings.find(secretKind, memberNamespace, hubSecret),
    readings.find(configMapKind, memberNamespace, trustConfigMap),
    readings.find(namespaceKind, '', hubNamespace),
  ]);
  const isMember = trust !== undefined || secret !== undefined || hasMemberPrograms({ deployments, daemonSets });
  // Who may not see its namespace sees the clusters of a hub.
  const mayBeHub = hubPlace !== undefined || readings.isUnread(`${namespaceKind.kind} ${hubNamespace}`);
  const clusters = mayBeHub ? await readings.listIn(clusterKind, [projectNamespace(defaultProject)]) : [];
  const isHub = hubPlace !== undefined || clusters.length > 0;
  const nodes = allNodes.filter(isLinux);
  const installed: Installed = { deployments, daemonSets, isHub, isMember };
  const workloads = workloadsOf(installed).filter(
    ({ object, kind, namespace }) =>
      object !== undefined || !readings.isUnread(`${kind === 'Deployment' ? 'deployments' : 'daemonsets'} in ${namespace}`),
  );
  const seesDefinitions = !readings.isUnread(customResourceDefinitionKind.plural);
  const exports = isMember ? await readings.list(serviceExportKind) : [];
  const namespaces = [...new Set(exports.map(({ metadata }) => metadata.namespace ?? ''))];
  const inNamespaces = async <T extends KubernetesObject>(kind: ResourceKind<T>): Promise<T[]> =>
    (await Promise.all(namespaces.map((namespace) => readings.list(kind, namespace)))).flat();
  const [slices, sliceNodes, memberPods, hubPods, services, applicationPods, main, custom, service, endpoints, serviceCidrs] =
    await Promise.all([
      isMember || isHub
        ? readings.listIn(sliceKind, [...(isMember ? [memberNamespace] : []), ...(isHub ? [projectNamespace(defaultProject)] : [])])
        : [],
      isMember ? readings.list(sliceNodeKind, memberNamespace) : [],
      isMember ? readings.list(podKind, memberNamespace) : [],
      isHub ? readings.list(podKind, hubNamespace) : [],
      inNamespaces(serviceKind),
      inNamespaces(podKind),
      readings.find(configMapKind, corednsConfigMap.namespace, corednsConfigMap.main),
      readings.find(configMapKind, corednsConfigMap.namespace, corednsConfigMap.custom),
      isMember ? readings.find(serviceKind, memberNamespace, dnsService) : undefined,
      isMember ? readings.list(endpointSliceKind, memberNamespace) : [],
      readings.list(serviceCidrKind),
    ]);
  const pods = [...memberPods, ...hubPods];
  const watched = { main, custom };
  const everything = observeClusterDns(client, watched, { nameservers: [], everywhere: false }, signal);
  const configuration: ClusterDns = await readings.read(clusterDnsReading, everything, watched);
  const connection = isMember ? await readings.read('what the worker reports of its connection', connectionOf(client, signal), []) : [];
  const credential = credentialOf(secret?.data);
  const asksPods = askNodes && isMember;
  // Where nodes may not be seen, those are known on which agents run.
  const knownNodes = readings.isUnread(nodeKind.plural) ? nodesOfAgents(memberPods) : nodes;
  const { clocks, ...facts } = asksPods ? await factsOfNodes(cluster, knownNodes, pods, readings, signal) : noFacts;
  const answers = asksPods ? await askWorker(cluster, pods, credential, readings, signal) : noAnswers;
  return {
    contexts: {
      cluster: context,
      hub: options.hubContext ?? (isHub ? context : undefined),
      name: credential?.cluster ?? slices.map(ownCluster).find((name) => name !== undefined),
    },
    now: Date.now(),
    clocks: [...clock, ...clocks, ...answers.clocks],
    version: { minor: Number.parseInt(version.minor ?? '', 10), text: version.gitVersion ?? 'unknown' },
    unread: readings.unread,
    lacking: lacking.map((resource) => `create ${resource}`),
    isHub,
    isMember,
    missingDefinitions: seesDefinitions ? missingDefinitions(definitions, installed) : [],
    workloads,
    pods,
    strangers: strangersBeside(workloads, installed),
    nodes: knownNodes,
    slices,
    sliceNodes,
    exports,
    services,
    applicationPods,
    applicationDeployments: deployments.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? '')),
    clusters,
    clusterDns: { ...configuration, service, servers: readyServers(endpoints), programs: dnsDeployments(deployments) },
    credential,
    connection,
    networks: planClusterNetworks(
      allNodes,
      serviceCidrs.flatMap(({ spec }) => [...(spec?.cidrs ?? [])]),
    ),
    ...facts,
    unpulled: undefined,
    podsSilent: undefined,
    hub: answers.hub,
    name: answers.name,
  };
};
