import type { PodAttachment, SliceNetwork } from '../plan/node/slice-network.ts';
import { Failure } from '../values/failure.ts';
import { podInterface } from '../values/pod-interface.ts';
import { lastResortMetric } from './expected.ts';
import { ipBatch } from './ip-batch.ts';
import { inNetns, netnsIdentity, netnsPath } from './netns.ts';
import { type PodGuard, removeGuard } from './pod-guard.ts';
import { newPodLines, repairPodLines } from './pod-plan.ts';
import { observePod } from './pod-state.ts';
import { mustRun, type Run } from './run.ts';
import { attachLines } from './slice-plan.ts';
import { routeLine } from './slice-state.ts';

const batch = (run: Run, path: string, lines: readonly string[], signal: AbortSignal): Promise<string> =>
  mustRun(run, inNetns(path, ['ip', '-batch', '-']), { signal, input: ipBatch(lines) });

const reachable = async (pod: PodAttachment): Promise<void> => {
  if ((await netnsIdentity(pod.netns)) === undefined) {
    throw new Failure('NotFound', `The network namespace ${pod.netns} of pod ${pod.name} is gone; the pod has ended or is starting again.`);
  }
};

/**
 * Gives a pod its slice interface while it runs; its own interface and routes are not touched. An older slice interface in the pod, whose
 * other end is gone or belongs to another attachment, is replaced.
 */
export const attachPod = async (
  run: Run,
  guard: PodGuard,
  network: SliceNetwork,
  pod: PodAttachment,
  signal: AbortSignal,
): Promise<void> => {
  await reachable(pod);
  // At the same time, because a pod's start waits for both; the pod has no slice address before they are done.
  const [guarded, joined] = await Promise.allSettled([guard.load(pod.netns, network.subnet, signal), joinPod(run, network, pod, signal)]);
  for (const result of [guarded, joined]) if (result.status === 'rejected') throw result.reason;
  await batch(run, pod.netns, newPodLines(network, pod), signal);
};

/** Makes the pair of interfaces between the slice's namespace and the pod. */
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
 * Looks into a pod and repairs the slice's part of it. Resolves with whether anything had to be changed.
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
 * Takes the slice out of a pod, from both ends: whichever end still exists, the interface goes, and with it all but the route that stood
 * behind it. A pod that has ended needs nothing; so nothing here fails.
 *
 * @param staysClosed leaves the route: the pod still belongs to the slice, which has no network on this node at the moment
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
 * Takes what slices left behind out of pods of which nothing is remembered: routes by the metric that only we use, the CNI plugin's among them.
 * Interfaces have gone with the slices' namespaces.
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
