import { excludeLabel } from '../../api/labels.ts';
import type { Pod } from '../../values/builtin/pod.ts';

/** Whether a pod of a slice's namespace joins the slice: not with the node's own network, excluded by its label, or ended. */
export const isMemberPod = ({ metadata, spec, status }: Pod): boolean =>
  spec?.hostNetwork !== true && metadata.labels?.[excludeLabel] !== 'true' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** The node that a slice needs for this pod; undefined for a pod that is not scheduled yet or does not join. */
export const nodeNeededBy = (pod: Pod): string | undefined => (isMemberPod(pod) ? pod.spec?.nodeName : undefined);
