import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { accessPolicyKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import { sliceOf } from '../../plan/diagnosis/explain/ends.ts';
import type { End } from '../../plan/diagnosis/explain/path-view.ts';
import type { PathAnswer, Question } from '../../plan/diagnosis/probe-report.ts';
import { Failure } from '../../values/failure.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askFacts, askPath, runningPod } from './ask-node.ts';

const unlessSilent = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (Failure.is(error, 'Interrupted')) throw error;
    return undefined;
  }
};

/** Policies of owners in a cluster: none where its definitions are older; undefined when the user may not read them. */
const policiesOf = async ({ client }: OpenCluster, signal: AbortSignal): Promise<readonly AccessPolicy[] | undefined> => {
  try {
    return (await client.list(accessPolicyKind, { signal })).items;
  } catch (error) {
    if (Failure.is(error, 'NotFound')) return [];
    if (Failure.is(error, 'Forbidden')) return undefined;
    throw error;
  }
};

/** One end of a path, as its own cluster and the agent on its node know it; without facts when that agent does not answer. */
export const endOf = async (
  cluster: OpenCluster,
  contexts: End['contexts'],
  pod: Pod | undefined,
  asked: string,
  signal: AbortSignal,
): Promise<End> => {
  const namespace = memberNamespace;
  const { client } = cluster;
  const [slices, sliceNodes, pods, policies] = await Promise.all([
    client.list(sliceKind, { namespace, signal }),
    client.list(sliceNodeKind, { namespace, signal }),
    client.list<Pod>(podKind, { namespace, signal }),
    policiesOf(cluster, signal),
  ]);
  const agent = pod?.spec?.nodeName === undefined ? undefined : runningPod(pods.items, 'agent', pod.spec.nodeName)?.metadata.name;
  const facts = agent === undefined ? undefined : await unlessSilent(askFacts(cluster, agent, signal));
  return { contexts, pod, asked, slices: slices.items, sliceNodes: sliceNodes.items, accessPolicies: policies, agent, facts };
};

/** Sends packets from the pod of an end; undefined when that is impossible. */
export const probeFrom = async (
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
