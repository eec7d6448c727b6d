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

/** Whether a pod may be an endpoint: it has not ended and has a network of its own. */
export const canBeEndpoint = ({ status, spec }: Pod): boolean =>
  status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && spec?.hostNetwork !== true;

/** What selects the pods of an export: its own selector, else that of the Service; undefined when that selects nothing. */
export const selectorOf = ({ exported, service }: Omit<ExportSource, 'pods'>): LabelSelector | undefined => {
  if (exported.spec.selector !== undefined) return exported.spec.selector as LabelSelector;
  const matchLabels = service?.spec?.selector ?? {};
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels };
};

/** The pods behind an export in the order of their names, attached or not; none that has ended or uses the host network. */
export const podsOf = (source: ExportSource): Pod[] => {
  const selector = selectorOf(source);
  if (selector === undefined) return [];
  return sortedBy(
    source.pods.filter((pod) => canBeEndpoint(pod) && selects(selector, pod.metadata.labels)),
    (pod) => pod.metadata.name,
  );
};
