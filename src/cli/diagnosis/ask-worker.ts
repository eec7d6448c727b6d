import { memberNamespace, sliceZone } from '../../api/places.ts';
import type { Pod } from '../../kubernetes/kinds.ts';
import type { ClockView, ClusterView, CredentialView } from '../../plan/diagnosis/cluster-view.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askFrom, runningPod } from './ask-node.ts';
import { hubClock } from './clocks.ts';
import type { Readings } from './readings.ts';

/** The answers to a pod in the cluster's own network: from the hub, with its clock, and from cluster DNS. */
export type WorkerAnswers = Pick<ClusterView, 'hub' | 'name'> & { readonly clocks: readonly ClockView[] };

/** Sends the questions from a pod of the worker, else of the DNS servers; without a running one there are no answers. */
export const askWorker = async (
  cluster: OpenCluster,
  pods: readonly Pod[],
  credential: CredentialView | undefined,
  readings: Readings,
  signal: AbortSignal,
): Promise<WorkerAnswers> => {
  const pod = runningPod(pods, 'worker') ?? runningPod(pods, 'dns');
  if (pod === undefined) return { hub: undefined, name: undefined, clocks: [] };
  const container = pod.metadata.labels?.['app.kubernetes.io/component'] ?? '';
  const start = Date.now();
  const [hub, name] = await readings.read(
    'what pods of this cluster reach',
    askFrom(
      cluster,
      { namespace: memberNamespace, pod: pod.metadata.name, container },
      [
        { kind: 'https', url: `${credential?.server ?? 'https://127.0.0.1:1'}/version` },
        { kind: 'name', name: sliceZone },
      ],
      signal,
    ),
    [],
  );
  const from = `pod ${pod.metadata.name}`;
  return {
    hub: hub === undefined || credential === undefined ? undefined : { from, answer: hub },
    name: name === undefined ? undefined : { from, answer: name, asked: sliceZone },
    clocks: hubClock(hub?.date, start, Date.now()),
  };
};
