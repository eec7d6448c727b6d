import { excludeLabel } from '../../api/labels.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { LabelSelector } from '../../values/builtin/label-selector.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import { sortedBy } from '../../values/order.ts';
import { selects } from './selector.ts';

/** An export with the Service of its name, if there is one. */
export interface ExportSource {
  readonly exported: ServiceExport;
  readonly service: Service | undefined;
  /** Pods among which it selects: all that it selects, and any others of its namespace. */
  readonly pods: readonly Pod[];
}

/** Whether a pod counts for what selects it: it has not ended. */
export const hasNotEnded = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** Why no slice reaches a pod, whatever its state is: it uses the network of its node, or its owner keeps it out. Undefined for all others. */
export const outsideBecause = ({ spec, metadata }: Pod): 'HostNetwork' | 'Excluded' | undefined => {
  if (spec?.hostNetwork === true) return 'HostNetwork';
  return metadata.labels?.[excludeLabel] === 'true' ? 'Excluded' : undefined;
};

/** What selects the pods of an export: its own selector, else that of the Service; undefined when that selects nothing. */
export const selectorOf = ({ exported, service }: Omit<ExportSource, 'pods'>): LabelSelector | undefined => {
  if (exported.spec.selector !== undefined) return exported.spec.selector as LabelSelector;
  const matchLabels = service?.spec?.selector ?? {};
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels };
};

const selectedPods = (source: ExportSource): Pod[] => {
  const selector = selectorOf(source);
  return selector === undefined ? [] : source.pods.filter((pod) => hasNotEnded(pod) && selects(selector, pod.metadata.labels));
};

/** The pods behind an export in the order of their names, attached or not; none that has ended or that no slice reaches. */
export const podsOf = (source: ExportSource): Pod[] =>
  sortedBy(
    selectedPods(source).filter((pod) => outsideBecause(pod) === undefined),
    (pod) => pod.metadata.name,
  );

/** How many pods an export selects that no slice reaches, by the reason. */
export interface OutsidePods {
  readonly hostNetwork: number;
  readonly excluded: number;
}

/** Counts the pods that an export selects and that no slice reaches. */
export const outsidePodsOf = (source: ExportSource): OutsidePods => {
  const reasons = selectedPods(source).map(outsideBecause);
  const count = (wanted: ReturnType<typeof outsideBecause>): number => reasons.filter((reason) => reason === wanted).length;
  return { hostNetwork: count('HostNetwork'), excluded: count('Excluded') };
};
