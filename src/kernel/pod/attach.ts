import { mustRun, type Run } from '../../host/run.ts';
import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { Failure } from '../../values/failure.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { inNetns, netnsIdentity, netnsPath } from '../netns.ts';
import { lastResortMetric } from '../slice/expected.ts';
import { ipBatch } from '../slice/ip-batch.ts';
import { attachLines } from '../slice/slice-plan.ts';
import { routeLine } from '../slice/slice-state.ts';
import { type PodGuard, removeGuard } from './pod-guard.ts';
import { newPodLines, repairPodLines } from './pod-plan.ts';
import { observePod } from './pod-state.ts';

const batch = (run: Run, path: string, lines: readonly string[], signal: AbortSignal): Promise<string> =>
  mustRun(run, inNetns(path, ['ip', '-batch', '-']), { signal, input: ipBatch(lines) });

const reachable = async (pod: PodAttachment): Promise<void> => {
  if ((await netnsIdentity(pod.netns)) === undefined) {
    throw new Failure('NotFound', `The network namespace ${pod.netns} of pod ${pod.name} is gone; the pod has ended or is starting again.`);
  }
};

/**
 * Creates the slice interface of a running pod; the pod's own interface and routes stay untouched. Replaces an older slice interface in the pod whose
 * other end no longer exists or belongs to another attachment.
 */
export const attachPod = async (
  run: Run,
  guard: PodGuard,
  network: SliceNetwork,
  pod: PodAttachment,
  signal: AbortSignal,
): Promise<void> => {
  await reachable(pod);
  // Both run concurrently, because the start of the pod waits for them. The pod has no slice address before they are done.
  const [guarded, joined] = await Promise.allSettled([guard.load(pod.netns, network.subnet, signal), joinPod(run, network, pod, signal)]);
  for (const result of [guarded, joined]) if (result.status === 'rejected') throw result.reason;
  await batch(run, pod.netns, newPodLines(network, pod), signal);
};

/** Creates the pair of interfaces between the slice's namespace and the pod. */
const joinPod = async (run: Run, network: SliceNetwork, pod: PodAttachment, signal: AbortSignal): Promise<void> => {
  const path = netnsPath(network.netns);
  const lines = attachLines(network, pod);
  const made = await run(inNetns(path, ['ip', '-batch', '-']), { signal, input: ipBatch(lines) });
  if (made.code !== 0) {
    await run(inNetns(pod.netns, ['ip', 'link', 'del', 'dev', podInterface]), { signal });
    await run(inNetns(path, ['ip', 'link', 'del', 'dev', pod.hostInterface]), { signal });
    await batch(run, path, lines, signal);
  }
};

/**
 * Observes a pod and repairs the slice's part of it. Resolves with whether anything had to be changed.
 *
 * @param hostIndex interface index of the host end in the slice's namespace
 */
export const repairPod = async (
  run: Run,
  guard: PodGuard,
  network: SliceNetwork,
  pod: PodAttachment,
  hostIndex: number,
  signal: AbortSignal,
): Promise<boolean> => {
  await reachable(pod);
  const seen = await observePod(run, pod.netns, network.subnet, signal);
  const lines = repairPodLines(network, pod, seen, hostIndex);
  if (lines === undefined) {
    await attachPod(run, guard, network, pod, signal);
    return true;
  }
  const guarded = await guard.isRight(network.subnet, seen.guard);
  if (!guarded) await guard.load(pod.netns, network.subnet, signal);
  if (lines.length > 0) await batch(run, pod.netns, lines, signal);
  return lines.length > 0 || !guarded;
};

/**
 * Removes the slice from a pod, from both ends: it deletes the interface through whichever end still exists, and every route but the last-resort one.
 * It does not fail for a pod that has ended.
 *
 * @param staysClosed keeps the last-resort route: the pod still belongs to the slice, which has no network on this node at the moment
 */
export const detachPod = async (
  run: Run,
  network: Pick<SliceNetwork, 'netns' | 'subnet'>,
  pod: PodAttachment,
  signal: AbortSignal,
  staysClosed = false,
): Promise<void> => {
  const leak = routeLine({ type: 'unreachable', dst: network.subnet, metric: lastResortMetric });
  await Promise.all([
    run(inNetns(netnsPath(network.netns), ['ip', 'link', 'del', 'dev', pod.hostInterface]), { signal }),
    removeGuard(run, pod.netns, signal),
    staysClosed ? undefined : run(inNetns(pod.netns, ['ip', 'route', 'del', ...leak.split(' ')]), { signal }),
  ]);
};

/**
 * Removes what slices left in pods that no record names: the routes with the metric that only KubeSlice uses, including those of the CNI plugin. The
 * interfaces were deleted with the slices' namespaces.
 *
 * @param closed subnets that stay unreachable in pods
 */
export const sweepPods = async (
  run: Run,
  netnsPaths: Iterable<string>,
  closed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> => {
  for (const path of netnsPaths) {
    const words = ['ip', 'route', 'show', 'type', 'unreachable', 'metric', String(lastResortMetric)];
    const { code, stdout } = await run(inNetns(path, words), { signal });
    const lines =
      code === 0 ? stdout.split('\n').filter((line) => line.startsWith('unreachable ') && !closed.has(line.split(' ')[1] ?? '')) : [];
    if (lines.length > 0) {
      await removeGuard(run, path, signal);
      await run(inNetns(path, ['ip', '-batch', '-']), { signal, input: ipBatch(lines.map((line) => `route del ${line.trim()}`)) });
    }
  }
};
