import { type Pod, waitingStates } from '../../values/builtin/pod.ts';
import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import { selects } from '../exports/pods/selector.ts';
import type { ClusterView, Workload } from './cluster-view.ts';
import { commandsFor, type Finding } from './finding.ts';

/** States of containers, which this project's types describe only in part. */
type Containers = {
  readonly containerStatuses?: readonly {
    readonly ready: boolean;
    readonly restartCount: number;
    readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
  }[];
};

/** Why a pod is not ready, in Kubernetes' own message. */
export const podTrouble = (pod: Pod): string | undefined => {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const containers = (pod.status as Containers | undefined)?.containerStatuses ?? [];
  const [waiting] = waitingStates(pod);
  if (waiting !== undefined) return `${waiting.reason}${waiting.message === undefined ? '' : `: ${waiting.message}`}`;
  const unplaced = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unplaced !== undefined) return `not placed on a node: ${unplaced.message ?? 'no reason'}`;
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  const last = containers.find(({ ready: well }) => !well)?.lastState?.terminated;
  const ended = last === undefined ? '' : `; its container ended before with ${last.reason ?? 'code'} ${last.exitCode ?? ''}`;
  return `${ready?.message ?? pod.status?.phase ?? 'not ready'}${ended}`.trim();
};

const podsOf = ({ object, namespace }: Workload, pods: readonly Pod[]): Pod[] =>
  pods.filter((pod) => pod.metadata.namespace === namespace && selects(object?.spec?.selector ?? {}, pod.metadata.labels));

const repair = (view: ClusterView, { namespace }: Workload): string => {
  const commands = commandsFor(view.contexts);
  return namespace === 'kubeslice-controller' ? commands.install() : commands.join();
};

const ofDaemonSet = (view: ClusterView, workload: Workload, daemonSet: Deployment | DaemonSet): Finding[] => {
  const { nodeSelector } = daemonSet.spec?.template.spec ?? {};
  const wanted = (daemonSet as DaemonSet).status?.desiredNumberScheduled ?? 0;
  const ready = view.nodes.filter((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
  const selector = Object.entries(nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  const fitting = ready.filter((node) => selects({ matchLabels: nodeSelector ?? {} }, node.metadata.labels));
  if (selector.length === 0 || fitting.length >= ready.length) return [];
  return [
    {
      code: 'ProgramNotPlaced',
      severity: 'error',
      object: `DaemonSet ${workload.namespace}/${workload.name}`,
      cause: `The agent runs on ${wanted} of ${ready.length} nodes, because its nodeSelector is ${selector.join(',')}; pods of other nodes are in no slice.`,
      evidence: `nodeSelector ${selector.join(',')} fits ${fitting.map(({ metadata }) => metadata.name).join(', ') || 'no node'}`,
      remedy: commandsFor(view.contexts).kubectl(workload.namespace, `rollout undo daemonset/${workload.name}`),
    },
  ];
};

const ofWorkload = (view: ClusterView, workload: Workload): Finding[] => {
  const { kind, namespace, name, object } = workload;
  const named = `${kind} ${namespace}/${name}`;
  const commands = commandsFor(view.contexts);
  if (object === undefined)
    return [
      {
        code: 'ProgramMissing',
        severity: 'error',
        object: named,
        cause: `${named} does not exist, so its work is not done.`,
        evidence: 'the API server has no such object',
        remedy: repair(view, workload),
      },
    ];
  if (kind === 'Deployment' && (object as Deployment).spec?.replicas === 0)
    return [
      {
        code: 'ProgramStopped',
        severity: 'error',
        object: named,
        cause: `${name} was scaled to 0 copies, so its work is not done; what was connected stays connected.`,
        evidence: 'spec.replicas is 0',
        remedy: commands.kubectl(namespace, `scale deployment/${name} --replicas=${name === 'kubeslice-worker' ? 1 : 2}`),
      },
    ];
  const placed = kind === 'DaemonSet' ? ofDaemonSet(view, workload, object) : [];
  // The pod of a node that is not Ready is reported with its node.
  const away = new Set(notReadyNodes(view));
  const troubled = podsOf(workload, view.pods).flatMap((pod) => {
    const trouble = away.has(pod.spec?.nodeName ?? '') ? undefined : podTrouble(pod);
    return trouble === undefined ? [] : [{ pod, trouble }];
  });
  const [first] = troubled;
  if (first === undefined) {
    const missing = kind === 'Deployment' && podsOf(workload, view.pods).length === 0;
    if (!missing) return placed;
    const why = 'the Deployment has no pod; see its events';
    return [
      ...placed,
      {
        code: 'ProgramNotReady',
        severity: 'error',
        object: named,
        cause: `No copy of ${name} runs.`,
        evidence: why,
        remedy: commands.kubectl(namespace, `describe deployment/${name}`),
      },
    ];
  }
  const restarts = ((first.pod.status as Containers | undefined)?.containerStatuses ?? []).reduce(
    (sum, each) => sum + each.restartCount,
    0,
  );
  const image = /ImagePull|ErrImage|InvalidImage/.test(first.trouble);
  const object0 = object.spec?.template.spec.containers[0]?.image ?? '';
  return [
    ...placed,
    {
      code: 'ProgramNotReady',
      severity: 'error',
      object: named,
      cause: image
        ? `The image ${object0} of ${name} cannot be had, so ${troubled.length === 1 ? 'a copy' : `${troubled.length} copies`} cannot start.`
        : `${troubled.length === 1 ? 'A copy' : `${troubled.length} copies`} of ${name} ${troubled.length === 1 ? 'is' : 'are'} not ready.`,
      evidence: `pod ${first.pod.metadata.name}${first.pod.spec?.nodeName === undefined ? '' : ` on ${first.pod.spec.nodeName}`}: ${first.trouble}`,
      remedy: image
        ? commands.kubectl(namespace, `rollout undo ${kind.toLowerCase()}/${name}`)
        : commands.kubectl(
            namespace,
            restarts > 0 ? `logs ${first.pod.metadata.name} --previous --tail 20` : `describe pod ${first.pod.metadata.name}`,
          ),
    },
  ];
};

/** Names of the nodes that are not Ready; of those that may not be read it is not known. */
export const notReadyNodes = ({ nodes }: Pick<ClusterView, 'nodes'>): string[] =>
  nodes
    .filter(
      (node) => node.status !== undefined && !node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    )
    .map(({ metadata }) => metadata.name);

/** Programs that are missing, stopped, unscheduled or not ready, and a second installation beside them. */
export const programFindings = (view: ClusterView): Finding[] => [
  ...view.workloads.flatMap((workload) => ofWorkload(view, workload)),
  ...view.strangers.map(
    ({ kind, namespace, name, image }): Finding => ({
      code: 'SecondInstallation',
      severity: 'error',
      object: `${kind} ${namespace}/${name}`,
      cause: `${kind} ${namespace}/${name} is a second installation of KubeSlice; both change the same nodes and objects, and undo each other's work.`,
      evidence: `it runs ${image}`,
      remedy: commandsFor(view.contexts).kubectl(namespace, `delete ${kind.toLowerCase()} ${name}`),
    }),
  ),
];
