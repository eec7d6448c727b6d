import { serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../../api/kinds.ts';
import { importedNamespaceLabel, importedServiceLabel, sourceClusterLabel } from '../../../api/labels.ts';
import { dnsNameOf, memberNamespace, sliceZone } from '../../../api/places.ts';
import { endpointSliceKind, type Pod, podKind } from '../../../kubernetes/kinds.ts';
import type { ClusterView } from '../../../plan/diagnosis/cluster-view.ts';
import { addressOf, sliceOf } from '../../../plan/diagnosis/explain/ends.ts';
import { isIn } from '../../../plan/diagnosis/explain/leaving.ts';
import type { End, Endpoint, PathView } from '../../../plan/diagnosis/explain/path-view.ts';
import type { PathAnswer, Question } from '../../../plan/diagnosis/probe-report.ts';
import { Failure } from '../../../values/failure.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askFacts, askPath, runningPod } from './ask-node.ts';
import { observeCluster } from './observe-cluster.ts';

/** A pod or service as it was named on the command line. */
export interface Called {
  readonly namespace: string;
  readonly name: string;
  readonly port: number | undefined;
}

/** `namespace/name`, `namespace/name:port`, or a name below slice.local. @throws Failure InvalidInput */
export const readCalled = (text: string): Called => {
  const [, place = '', port] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  const suffix = `.svc.${sliceZone}`;
  const inZone = place.replace(/\.$/, '');
  const [name, namespace] = inZone.endsWith(suffix) ? inZone.slice(0, -suffix.length).split('.').slice(-2) : place.split('/').toReversed();
  if (name === undefined || namespace === undefined || name === '' || namespace === '') {
    throw new Failure(
      'InvalidInput',
      `"${text}" is neither namespace/name nor a name that ends with ${suffix}; write for example app-ns/client.`,
    );
  }
  return { namespace, name, port: port === undefined ? undefined : Number(port) };
};

/** A pod by its name, or the first running one of a workload of that name. */
const podNamed = async ({ client }: OpenCluster, { namespace, name }: Called, signal: AbortSignal): Promise<Pod | undefined> => {
  const { items } = await client.list<Pod>(podKind, { namespace, signal });
  return (
    items.find(({ metadata }) => metadata.name === name) ??
    items.find(({ metadata, status }) => metadata.name.startsWith(`${name}-`) && status?.phase === 'Running') ??
    items.find(({ metadata }) => metadata.name.startsWith(`${name}-`))
  );
};

const unlessSilent = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (Failure.is(error, 'Interrupted')) throw error;
    return undefined;
  }
};

const endOf = async (
  cluster: OpenCluster,
  contexts: End['contexts'],
  pod: Pod | undefined,
  asked: string,
  signal: AbortSignal,
): Promise<End> => {
  const namespace = memberNamespace;
  const { client } = cluster;
  const [slices, sliceNodes, pods] = await Promise.all([
    client.list(sliceKind, { namespace, signal }),
    client.list(sliceNodeKind, { namespace, signal }),
    client.list<Pod>(podKind, { namespace, signal }),
  ]);
  const agent = pod?.spec?.nodeName === undefined ? undefined : runningPod(pods.items, 'agent', pod.spec.nodeName)?.metadata.name;
  const facts = agent === undefined ? undefined : await unlessSilent(askFacts(cluster, agent, signal));
  return { contexts, pod, asked, slices: slices.items, sliceNodes: sliceNodes.items, agent, facts };
};

/** Packets from the pod of an end. */
const probeFrom = async (
  cluster: OpenCluster,
  end: End,
  to: { readonly address: string; readonly router?: string | undefined; readonly underlay?: string | undefined },
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<PathAnswer | undefined> => {
  const slice = sliceOf(end)?.metadata.name;
  const podUid = end.pod?.metadata.uid;
  if (end.agent === undefined || slice === undefined || podUid === undefined) return undefined;
  const mtu = end.facts?.slices.find(({ name }) => name === slice)?.tunnel?.mtu ?? 1280;
  const { address, router, underlay } = to;
  const question = {
    slice,
    podUid,
    address,
    mtu,
    questions: [...questions],
    ...(router === undefined ? {} : { router }),
    ...(underlay === undefined ? {} : { underlay }),
  };
  return unlessSilent(askPath(cluster, end.agent, question, signal));
};

/** What other clusters state of a service, also what is left out here because its nodes are not reached. */
const statedEndpoints = async ({ list }: Pick<OpenCluster['client'], 'list'>, { namespace, name }: Called, signal: AbortSignal) => {
  const { items } = await list(endpointSliceKind, { labelSelector: `${importedServiceLabel}=${name}`, signal });
  return items
    .filter(({ metadata }) => (metadata.labels?.[importedNamespaceLabel] ?? metadata.namespace) === namespace)
    .flatMap(({ metadata, endpoints }) =>
      (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .map((each) => ({
          ip: each.addresses[0] ?? '',
          clusterId: metadata.labels?.[sourceClusterLabel] ?? '',
          name: each.targetRef?.name ?? each.hostname,
        })),
    );
};

/** How the path is looked at. */
export interface PathOptions {
  readonly from: Called;
  readonly to: Called;
  readonly hubContext: string | undefined;
  /** Opens the cluster that offers the service, once it is known; undefined when nobody has a context of it. */
  readonly openOther: (cluster: string | undefined) => Promise<OpenCluster | undefined>;
  readonly signal: AbortSignal;
}

/** Reads what both clusters know of the way, and sends packets along it. */
export const observePath = async (cluster: OpenCluster, options: PathOptions): Promise<PathView> => {
  const { signal, to: called, hubContext } = options;
  const { client } = cluster;
  const own = await observeCluster(cluster, { hubContext, askNodes: false, signal });
  const asked = `${options.from.namespace}/${options.from.name}`;
  const from = await endOf(cluster, own.contexts, await podNamed(cluster, options.from, signal), asked, signal);
  const imports = (await client.list(serviceImportKind, { signal })).items;
  const dnsName = dnsNameOf(called.name, called.namespace);
  const found = imports.find(({ spec }) => spec.dnsName === dnsName);
  const stated = found === undefined ? [] : await statedEndpoints(client, called, signal);
  const ready = found?.status?.endpoints?.length ? found.status.endpoints : stated;
  const first = ready.find(({ clusterId }) => clusterId !== own.contexts.name) ?? ready[0];
  const other = await options.openOther(first?.clusterId);
  try {
    const exporter: ClusterView | undefined =
      other === undefined ? undefined : await observeCluster(other, { hubContext, askNodes: false, signal });
    const isOffered =
      found !== undefined ||
      exporter?.exports.some(({ metadata }) => metadata.name === called.name && metadata.namespace === called.namespace) === true;
    // What is no service may be a pod of the other cluster, or of this one.
    const podCluster = other ?? cluster;
    const calledPod = isOffered ? undefined : await podNamed(podCluster, called, signal);
    const targetName = first?.name;
    const targetPod =
      other === undefined && calledPod === undefined
        ? undefined
        : (calledPod ?? (targetName === undefined ? undefined : await podNamed(other ?? cluster, { ...called, name: targetName }, signal)));
    const to =
      targetPod === undefined
        ? undefined
        : await endOf(podCluster, exporter?.contexts ?? own.contexts, targetPod, `${called.namespace}/${targetPod.metadata.name}`, signal);
    const podAddress = calledPod === undefined || to === undefined ? undefined : addressOf(to);
    const endpoint: Endpoint | undefined =
      first !== undefined
        ? { address: first.ip, cluster: first.clusterId, pod: `${called.namespace}/${first.name ?? ''}` }
        : podAddress === undefined
          ? undefined
          : {
              address: podAddress,
              cluster: exporter?.contexts.name ?? own.contexts.name ?? '',
              pod: `${called.namespace}/${targetPod?.metadata.name ?? ''}`,
            };
    const peers = (await client.list(slicePeerKind, { namespace: memberNamespace, signal })).items;
    const peer =
      endpoint === undefined
        ? undefined
        : peers.find(({ spec }) => spec.slice === sliceOf(from)?.metadata.name && isIn(endpoint.address, spec.blocks));
    const offered = found?.spec.ports.find(
      ({ servicePort, containerPort }) => called.port === undefined || (servicePort ?? containerPort) === called.port,
    );
    const port =
      offered !== undefined
        ? {
            number: offered.servicePort ?? offered.containerPort,
            protocol: (offered.protocol ?? 'TCP').toUpperCase(),
            targetPort: offered.containerPort,
          }
        : called.port === undefined
          ? undefined
          : { number: called.port, protocol: 'TCP', targetPort: called.port };
    const questions: Question[] = [
      ...(calledPod === undefined ? [{ kind: 'name' as const, name: dnsName }] : []),
      ...(endpoint !== undefined && port?.protocol === 'TCP'
        ? [{ kind: 'tcp' as const, address: endpoint.address, port: port.number }]
        : []),
    ];
    // A name is asked even when there is no address: from the pod itself, to an address of its own.
    const address = endpoint?.address ?? addressOf(from);
    const probe =
      address === undefined
        ? undefined
        : await probeFrom(
            cluster,
            from,
            { address, router: peer?.spec.router, underlay: peer?.spec.endpoints[0]?.address },
            questions,
            signal,
          );
    const ownAddress = addressOf(from);
    const back =
      to === undefined || other === undefined || ownAddress === undefined
        ? undefined
        : await probeFrom(other, to, { address: ownAddress }, [], signal);
    return {
      from,
      to,
      service:
        calledPod !== undefined
          ? undefined
          : {
              namespace: called.namespace,
              name: called.name,
              dnsName,
              import: found,
              withheld: found?.status?.endpoints?.length ? 0 : stated.length,
              known: imports.flatMap(({ spec }) => {
                const [name, namespace] = spec.dnsName.split('.');
                return [`${namespace ?? ''}/${name ?? ''}`];
              }),
              exporter,
            },
      endpoint,
      peer,
      port,
      probe,
      back,
    };
  } finally {
    if (other !== undefined && other !== cluster) other.client.close();
  }
};
