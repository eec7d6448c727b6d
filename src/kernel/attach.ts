import type { PodAttachment, SliceNetwork } from '../plan/node/slice-network.ts';
import { Failure } from '../values/failure.ts';
import { podInterface } from '../values/pod-interface.ts';
import { lastResortMetric } from './expected.ts';
import { inNetns, netnsIdentity, netnsPath } from './netns.ts';
import { newPodLines, repairPodLines } from './pod-plan.ts';
import { observePod } from './pod-state.ts';
import { mustRun, type Run } from './run.ts';
import { attachLines } from './slice-plan.ts';
import { routeLine } from './slice-state.ts';

const batch = (run: Run, path: string, lines: readonly string[], signal: AbortSignal): Promise<string> =>
  mustRun(run, inNetns(path, ['ip', '-batch', '-']), { signal, input: `${lines.join('\n')}\n` });

const reachable = async (pod: PodAttachment): Promise<void> => {
  if ((await netnsIdentity(pod.netns)) === undefined) {
    throw new Failure('NotFound', `The network namespace ${pod.netns} of pod ${pod.name} is gone; the pod has ended or is starting again.`);
  }
};

/**
 * Gives a pod its slice interface while it runs; its own interface and routes are not touched. An older slice interface in the pod, whose
 * other end is gone or belongs to another attachment, is replaced.
 */
export const attachPod = async (run: Run, network: SliceNetwork, pod: PodAttachment, signal: AbortSignal): Promise<void> => {
  await reachable(pod);
  const path = netnsPath(network.netns);
  const lines = attachLines(network, pod);
  const made = await run(inNetns(path, ['ip', '-batch', '-']), { signal, input: `${lines.join('\n')}\n` });
  if (made.code !== 0) {
    await run(inNetns(pod.netns, ['ip', 'link', 'del', 'dev', podInterface]), { signal });
    await run(inNetns(path, ['ip', 'link', 'del', 'dev', pod.hostInterface]), { signal });
    await batch(run, path, lines, signal);
  }
  await batch(run, pod.netns, newPodLines(network, pod), signal);
};

/**
 * Looks into a pod and repairs the slice's part of it. Resolves with whether anything had to be changed.
 *
 * @param hostIndex interface index of the host end in the slice's namespace
 */
export const repairPod = async (
  run: Run,
  network: SliceNetwork,
  pod: PodAttachment,
  hostIndex: number,
  signal: AbortSignal,
): Promise<boolean> => {
  await reachable(pod);
  const lines = repairPodLines(network, pod, await observePod(run, pod.netns, network.subnet, signal), hostIndex);
  if (lines === undefined) {
    await attachPod(run, network, pod, signal);
    return true;
  }
  if (lines.length > 0) await batch(run, pod.netns, lines, signal);
  return lines.length > 0;
};

/**
 * Takes the slice out of a pod, from both ends: whichever end still exists, the interface goes, and with it all but the route that stood
 * behind it. A pod that has ended needs nothing; so nothing here fails.
 */
export const detachPod = async (
  run: Run,
  network: Pick<SliceNetwork, 'netns' | 'subnet'>,
  pod: PodAttachment,
  signal: AbortSignal,
): Promise<void> => {
  const leak = routeLine({ type: 'unreachable', dst: network.subnet, metric: lastResortMetric });
  await run(inNetns(netnsPath(network.netns), ['ip', 'link', 'del', 'dev', pod.hostInterface]), { signal });
  await run(inNetns(pod.netns, ['ip', 'route', 'del', ...leak.split(' ')]), { signal });
};

/**
 * Takes what slices left behind out of pods of which nothing is remembered: routes by the metric that only we use. Interfaces have gone with
 * the slices' namespaces.
 */
export const sweepPods = async (run: Run, netnsPaths: Iterable<string>, signal: AbortSignal): Promise<void> => {
  for (const path of netnsPaths) {
    const { code, stdout } = await run(inNetns(path, ['ip', 'route', 'show', 'type', 'unreachable', 'metric', String(lastResortMetric)]), {
      signal,
    });
    const lines = code === 0 ? stdout.split('\n').filter((line) => line.startsWith('unreachable ')) : [];
    if (lines.length > 0)
      await run(inNetns(path, ['ip', '-batch', '-']), { signal, input: lines.map((line) => `route del ${line.trim()}\n`).join('') });
  }
};
