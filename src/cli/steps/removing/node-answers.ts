import { imageReasons, pullAgainMs, pullFailure } from '../../../plan/exports/pod-trouble.ts';
import type { Event } from '../../../values/builtin/event.ts';
import { isLinux, type Node } from '../../../values/builtin/node.ts';
import { type Pod, waitingStates } from '../../../values/builtin/pod.ts';

/** A node that is not known to be clean. */
export interface UncleanNode {
  readonly node: string;
  /** Kubernetes' message about it, without a full stop. */
  readonly why: string;
  /** Whether it cannot pull the image of the clean-up. */
  readonly lacksImage: boolean;
}

/** The result of the clean-up of a cluster's nodes. */
export interface NodeAnswers {
  /** Nodes whose clean-up has succeeded. */
  readonly clean: readonly string[];
  readonly silent: readonly UncleanNode[];
}

/** The clean-up is the init container of the pod, so the pod runs when it has succeeded. */
const isClean = ({ status, metadata }: Pod): boolean => status?.phase === 'Running' && metadata.deletionTimestamp === undefined;

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

const silence = (node: Node, pod: Pod | undefined, refusals: readonly Event[]): Omit<UncleanNode, 'node'> => {
  if (!isReady(node)) return { why: 'the node is not Ready', lacksImage: false };
  if (pod === undefined) return { why: refusals.at(-1)?.message ?? 'no pod was made there', lacksImage: false };
  // A pod that is still in progress is no cause.
  const waiting = waitingStates(pod).find(({ reason }) => reason !== 'PodInitializing');
  if (waiting === undefined) return { why: `its pod ${pod.metadata.name} is ${pod.status?.phase ?? 'Pending'}`, lacksImage: false };
  if (imageReasons.has(waiting.reason)) return { why: `its image cannot be pulled: ${pullFailure(waiting)}`, lacksImage: true };
  return { why: `${waiting.reason} ${waiting.message ?? ''}`.trim(), lacksImage: false };
};

/** Which nodes are known to be clean, by the clean-up's pods; `refusals` are the warnings about creating these pods, the latest last. */
export const nodeAnswers = (all: readonly Node[], pods: readonly Pod[], refusals: readonly Event[]): NodeAnswers => {
  const nodes = all.filter(isLinux);
  const podOf = new Map(pods.map((pod) => [pod.spec?.nodeName, pod]));
  const clean = new Set(pods.filter(isClean).map((pod) => pod.spec?.nodeName));
  const silent = nodes.filter(({ metadata }) => !clean.has(metadata.name));
  return {
    clean: nodes.map(({ metadata }) => metadata.name).filter((name) => clean.has(name)),
    silent: silent.map((node) => {
      const { why, lacksImage } = silence(node, podOf.get(node.metadata.name), refusals);
      return { node: node.metadata.name, why: why.replace(/\.$/, ''), lacksImage };
    }),
  };
};

/** Whether nodes may still answer: not when the image is all that they lack, and has been missing long enough for a second pull. */
export const mayStillAnswer = ({ silent }: NodeAnswers, lackedImageMs: number): boolean =>
  silent.some(({ lacksImage }) => !lacksImage) || (silent.length > 0 && lackedImageMs < pullAgainMs);
