import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import { confirmAnnotation } from '../../api/labels.ts';
import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { ObjectMeta } from '../../values/object.ts';
import { compareText } from '../../values/order.ts';

/** What is there when somebody wants to remove a hub. */
export interface HubInUse {
  /** Metadata of the Deployment of the controller; undefined when it is gone. */
  readonly controller: ObjectMeta | undefined;
  readonly clusters: readonly Cluster[];
  readonly slices: readonly Slice[];
}

const listOf = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what} ${names.toSorted(compareText).join(', ')}`];

/**
 * Why a hub must not be removed, and what to do; undefined when nothing uses it, or somebody confirmed the removal by an annotation of the controller.
 * Slices that a cluster keeps as a member are no use of the hub in it.
 */
export const refuseHubRemoval = ({ controller, clusters, slices }: HubInUse): string | undefined => {
  if (controller?.annotations?.[confirmAnnotation] === 'true') return undefined;
  const connected = clusters.filter(({ status }) => conditionOf(status?.conditions, 'Ready')?.status === 'True');
  const used = [
    ...listOf(
      'connected clusters',
      connected.map(({ metadata }) => metadata.name),
    ),
    ...listOf(
      'slices',
      slices.flatMap(({ metadata: { namespace, name } }) => (namespace === memberNamespace ? [] : [`${namespace}/${name}`])),
    ),
  ];
  if (used.length === 0) return undefined;
  return `This hub is in use (${used.join('; ')}): without it slices cannot be changed or ended, and clusters cannot leave properly. Take each cluster out with "kubeslice leave NAME --hub-context HUB --context CONTEXT" and delete the slices, or confirm with "kubectl -n ${hubNamespace} annotate deployment kubeslice-controller ${confirmAnnotation}=true"; then uninstall again.`;
};
