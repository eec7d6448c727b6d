import { slicePeerKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import type { ClusterView } from '../../plan/diagnosis/cluster-view.ts';
import { addressOf, sliceOf } from '../../plan/diagnosis/explain/ends.ts';
import { isIn } from '../../plan/diagnosis/explain/leaving.ts';
import type { Endpoint, PathView } from '../../plan/diagnosis/explain/path-view.ts';
import type { Question } from '../../plan/diagnosis/probe-report.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { type Called, namesOfPods, podNamed } from './called.ts';
import { type CalledService, readCalledService } from './called-service.ts';
import { observeCluster } from './observe-cluster.ts';
import { endOf, probeFrom } from './path-end.ts';

/** Options of the observation of a path. */
export interface PathOptions {
  readonly from: Called;
  readonly to: Called;
  readonly hubContext: string | undefined;
  /** Opens the cluster that offers the service, once it is known; undefined without a context of it. */
  readonly openOther: (cluster: string | undefined) => Promise<OpenCluster | undefined>;
  readonly signal: AbortSignal;
}

/** The other end, and its address. */
interface Target extends Pick<PathView, 'to' | 'endpoint'> {
  /** Whether the name is that of a pod instead of a service. */
  readonly isPod: boolean;
}

/** Reads the target in its own cluster. */
const readTarget = async (
  cluster: OpenCluster,
  view: ClusterView,
  service: CalledService,
  { to: called, signal }: PathOptions,
  other: { readonly cluster: OpenCluster; readonly view: ClusterView } | undefined,
): Promise<Target> => {
  const { endpoint: first } = service;
  const isOffered =
    service.import !== undefined ||
    other?.view.exports.some(({ metadata }) => metadata.name === called.name && metadata.namespace === called.namespace) === true;
  // A name that is not a service may be a pod of the other cluster, or of this one.
  const at = other ?? { cluster, view };
  const calledPod = isOffered ? undefined : await podNamed(at.cluster, called, signal);
  const servingPod =
    calledPod !== undefined || other === undefined || first?.name === undefined
      ? undefined
      : await podNamed(other.cluster, { ...called, name: first.name }, signal);
  const pod = calledPod ?? servingPod;
  const asked = `${called.namespace}/${pod?.metadata.name ?? ''}`;
  const to = pod === undefined ? undefined : await endOf(at.cluster, at.view.contexts, pod, asked, signal);
  const isPod = calledPod !== undefined;
  if (first !== undefined)
    return { to, isPod, endpoint: { address: first.ip, cluster: first.clusterId, pod: `${called.namespace}/${first.name ?? ''}` } };
  const address = isPod && to !== undefined ? addressOf(to) : undefined;
  const name = other?.view.contexts.name ?? view.contexts.name ?? '';
  return { to, isPod, endpoint: address === undefined ? undefined : { address, cluster: name, pod: asked } };
};

/** The questions for the pod of the caller: the name first. */
const questionsAbout = (dnsName: string | undefined, endpoint: Endpoint | undefined, port: PathView['port']): Question[] => [
  ...(dnsName === undefined ? [] : [{ kind: 'name' as const, name: dnsName }]),
  ...(endpoint !== undefined && port?.protocol === 'TCP'
    ? [{ kind: 'tcp' as const, address: endpoint.address, port: port.targetPort }]
    : []),
];

/** Reads what both clusters know of the path, and sends packets along it. */
export const observePath = async (cluster: OpenCluster, options: PathOptions): Promise<PathView> => {
  const { signal, from: caller, to: called, hubContext } = options;
  const own = await observeCluster(cluster, { hubContext, askNodes: false, signal });
  const callingPod = await podNamed(cluster, caller, signal);
  const end = await endOf(cluster, own.contexts, callingPod, `${caller.namespace}/${caller.name}`, signal);
  const from = callingPod === undefined ? { ...end, otherPods: await namesOfPods(cluster, caller.namespace, signal) } : end;
  const service = await readCalledService(cluster, called, own.contexts.name, signal);
  const other = await options.openOther(service.endpoint?.clusterId);
  try {
    const exporter = other === undefined ? undefined : await observeCluster(other, { hubContext, askNodes: false, signal });
    const exporting = other === undefined || exporter === undefined ? undefined : { cluster: other, view: exporter };
    const { to, endpoint, isPod } = await readTarget(cluster, own, service, options, exporting);
    const peers = (await cluster.client.list(slicePeerKind, { namespace: memberNamespace, signal })).items;
    const peer = peers.find(
      ({ spec }) => endpoint !== undefined && spec.slice === sliceOf(from)?.metadata.name && isIn(endpoint.address, spec.blocks),
    );
    const { dnsName, import: found, withheld, known, port } = service;
    const questions = questionsAbout(isPod ? undefined : dnsName, endpoint, port);
    const ownAddress = addressOf(from);
    // The name is queried even without an address: from the pod itself, with its own address.
    const address = endpoint?.address ?? ownAddress;
    const along = { router: peer?.spec.router, underlay: peer?.spec.endpoints[0]?.address };
    const probe = address === undefined ? undefined : await probeFrom(cluster, from, { address, ...along }, questions, signal);
    const back =
      to === undefined || other === undefined || ownAddress === undefined
        ? undefined
        : await probeFrom(other, to, { address: ownAddress }, [], signal);
    const { namespace, name } = called;
    return {
      from,
      to,
      service: isPod ? undefined : { namespace, name, dnsName, import: found, withheld, known, exporter },
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
