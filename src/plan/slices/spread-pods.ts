import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';

const isTrue = (object: Pod | Node, type: string): boolean =>
  object.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;

/** Whether a new copy of the pod could run on a node, as far as this can be decided without the scheduler; in doubt false. */
const takes = (node: Node, { spec }: Pod): boolean =>
  node.metadata.deletionTimestamp === undefined &&
  node.spec?.unschedulable !== true &&
  (node.spec?.taints ?? []).every(({ effect }) => effect === 'PreferNoSchedule') &&
  isTrue(node, 'Ready') &&
  Object.keys(spec?.affinity ?? {}).length === 0 &&
  Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => node.metadata.labels?.[key] === value);

/**
 * The copy of a program that should move, because several are on one node while another suitable node has none: the scheduler places a pod once, so
 * after a drain all copies stay on their refuge. The youngest moves. Undefined while they are spread, or while one of them is not Ready.
 */
export const podToMove = (pods: readonly Pod[], nodes: readonly Node[]): Pod | undefined => {
  if (!pods.every((pod) => isTrue(pod, 'Ready') && pod.metadata.deletionTimestamp === undefined)) return undefined;
  const on = new Map<string, Pod[]>();
  for (const pod of pods) on.set(pod.spec?.nodeName ?? '', [...(on.get(pod.spec?.nodeName ?? '') ?? []), pod]);
  const free = nodes.filter(({ metadata }) => !on.has(metadata.name));
  const age = ({ metadata }: Pod): string => `${metadata.creationTimestamp ?? ''}/${metadata.name}`;
  return [...on.values()]
    .filter((crowd) => crowd.length > 1)
    .flatMap((crowd) => crowd.toSorted((a, b) => (age(a) < age(b) ? 1 : -1)).slice(0, 1))
    .find((pod) => free.some((node) => takes(node, pod)));
};
