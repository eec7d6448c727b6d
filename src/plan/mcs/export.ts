import { type Condition, setCondition } from '../../api/condition.ts';
import type { McsServiceExport } from '../../api/mcs/type.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { isDnsLabel } from '../../values/text/names.ts';
import { isDerived } from '../exports/properties/derived.ts';
import { exportedMetadata } from '../exports/properties/exported-metadata.ts';
import { derivedExport } from './derived-export.ts';
import { exportVerdicts, type McsVerdict, namelessVerdicts, outsideVerdicts } from './export-conditions.ts';

/** All inputs of the decision about one name. */
export interface McsExportSnapshot {
  /** The export of the Multi-Cluster Services API; undefined when there is none. */
  readonly exported: McsServiceExport | undefined;
  /** The ServiceExport of KubeSlice of the same name and namespace. */
  readonly own: ServiceExport | undefined;
  /** The slice of its namespace, if it has one. */
  readonly slice: string | undefined;
}

/** The decision: the ServiceExport of KubeSlice, and the conditions of the other one. */
export interface McsExportPlan {
  /** The ServiceExport to apply; undefined: none. */
  readonly wanted: ServiceExport | undefined;
  /** Whether the existing one must be deleted. */
  readonly removes: boolean;
  /** Every condition that KubeSlice reports; undefined without an object. */
  readonly conditions: readonly Condition[] | undefined;
}

/**
 * What an export of the Multi-Cluster Services API comes to.
 *
 * ```
 * no such export                            a derived ServiceExport is deleted
 * its namespace is in no slice              the same, and a condition reports it
 * a ServiceExport was written by hand       that one stays as it is, and the conditions are about it
 * otherwise                                 a ServiceExport is derived, and the conditions are about it
 * ```
 * `now` is in milliseconds since 1970.
 */
export const planMcsExport = ({ exported, own, slice }: McsExportSnapshot, now: number): McsExportPlan => {
  const derived = own !== undefined && isDerived(own);
  if (exported === undefined || exported.metadata.deletionTimestamp !== undefined)
    return { wanted: undefined, removes: derived, conditions: undefined };
  const { name, namespace = '' } = exported.metadata;
  const conditionsOf = (verdicts: readonly McsVerdict[]): readonly Condition[] => conditionsFrom(exported, verdicts, now);
  if (slice === undefined) return { wanted: undefined, removes: derived, conditions: conditionsOf(outsideVerdicts(namespace)) };
  if (!isDnsLabel(name)) return { wanted: undefined, removes: derived, conditions: conditionsOf(namelessVerdicts(name)) };
  const isByHand = own !== undefined && !derived;
  const note = [
    ...(isByHand ? [`The ServiceExport ${namespace}/${name} of KubeSlice was written by hand and is used instead.`] : []),
    ...notExported(exported),
    '',
  ].join(' ');
  // A status about another slice is out of date.
  const judged = own?.spec.slice === slice || isByHand ? own : undefined;
  return {
    wanted: isByHand ? undefined : derivedExport(exported, slice),
    removes: false,
    conditions: conditionsOf(exportVerdicts(judged, note)),
  };
};

/** A sentence about labels and annotations that cannot be exported; none when all are. */
const notExported = ({ spec }: McsServiceExport): string[] => {
  const { ignored } = exportedMetadata({ slice: '', ...spec });
  return ignored.length === 0 ? [] : [`Not exported: ${ignored.slice(0, 10).join(', ')}.`];
};

const conditionsFrom = (exported: McsServiceExport, verdicts: readonly McsVerdict[], now: number): readonly Condition[] => {
  const types = new Set<string>(verdicts.map(({ type }) => type));
  const before = exported.status?.conditions?.filter(({ type }) => types.has(type)) ?? [];
  return verdicts.reduce<readonly Condition[]>((list, one) => setCondition(list, one, exported.metadata.generation, new Date(now)), before);
};
