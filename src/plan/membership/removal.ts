import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import { confirmAnnotation } from '../../api/labels.ts';
import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { ObjectMeta } from '../../values/object.ts';
import { compareText } from '../../values/text/order.ts';

/** The state of a hub that is to be removed. */
export interface HubInUse {
  /** Metadata of the Deployment of the controller; undefined when it does not exist. */
  readonly controller: ObjectMeta | undefined;
  readonly clusters: readonly Cluster[];
  readonly slices: readonly Slice[];
}

const listOf = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what} ${names.toSorted(compareText).join(', ')}`];

/**
 * Why a hub must not be removed, and the remedy; undefined when nothing uses it, or when an annotation of the controller confirms the removal. Slices
 * that a cluster keeps as a member do not use the hub in it.
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
  return `This hub is in use (${used.join('; ')}): without it slices cannot be changed or ended, and clusters cannot leave properly. Remove each cluster with "kubeslice leave NAME --hub-context HUB --context CONTEXT" and delete the slices, or confirm with "kubectl -n ${hubNamespace} annotate deployment kubeslice-controller ${confirmAnnotation}=true"; then uninstall again.`;
};
