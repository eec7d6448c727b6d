import { excludeLabel } from '../../../api/labels.ts';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { LabelSelector } from '../../../values/builtin/label-selector.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import type { Service } from '../../../values/builtin/service.ts';
import { sortedBy } from '../../../values/text/order.ts';
import { selects } from './selector.ts';

/** An export with the Service of its name, if there is one. */
export interface ExportSource {
  readonly exported: ServiceExport;
  readonly service: Service | undefined;
  /** Candidate pods: all that it selects, and possibly others of its namespace. */
  readonly pods: readonly Pod[];
}

/** Whether a pod can be selected: it has not ended. */
export const hasNotEnded = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/**
 * Why a pod is outside of every slice, whatever its state is: it uses the network of its node, or its owner excludes it. Undefined for all others.
 */
export const outsideBecause = ({ spec, metadata }: Pod): 'HostNetwork' | 'Excluded' | undefined => {
  if (spec?.hostNetwork === true) return 'HostNetwork';
  return metadata.labels?.[excludeLabel] === 'true' ? 'Excluded' : undefined;
};

/** The selector of an export's pods: its own, else that of the Service; undefined when that selects nothing. */
export const selectorOf = ({ exported, service }: Omit<ExportSource, 'pods'>): LabelSelector | undefined => {
  if (exported.spec.selector !== undefined) return exported.spec.selector as LabelSelector;
  const matchLabels = service?.spec?.selector ?? {};
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels };
};

const selectedPods = (source: ExportSource): Pod[] => {
  const selector = selectorOf(source);
  return selector === undefined ? [] : source.pods.filter((pod) => hasNotEnded(pod) && selects(selector, pod.metadata.labels));
};

/** The pods behind an export, ordered by name, attached or not, without ended and excluded ones. */
export const podsOf = (source: ExportSource): Pod[] =>
  sortedBy(
    selectedPods(source).filter((pod) => outsideBecause(pod) === undefined),
    (pod) => pod.metadata.name,
  );

/** How many pods outside of every slice an export selects, by the reason. */
export interface OutsidePods {
  readonly hostNetwork: number;
  readonly excluded: number;
}

/** Counts the pods outside of every slice that an export selects. */
export const outsidePodsOf = (source: ExportSource): OutsidePods => {
  const reasons = selectedPods(source).map(outsideBecause);
  const count = (wanted: ReturnType<typeof outsideBecause>): number => reasons.filter((reason) => reason === wanted).length;
  return { hostNetwork: count('HostNetwork'), excluded: count('Excluded') };
};
