import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import { maxEndpoints } from '../../exchange/notice/shards.ts';
import type { ExportBody } from '../../exchange/statement/export.ts';
import type { Service } from '../../values/builtin/service.ts';
import { sortedBy } from '../../values/text/order.ts';
import { affinityConflicts, type ConflictingProperty, type NamedExport, type OfferConflict, offersOfName } from './offer-conflict.ts';

/** The exports of one name. */
interface ExportsOfName {
  /** Name of this cluster. */
  readonly cluster: string;
  readonly sameName?: readonly NamedExport[];
  readonly since?: (cluster: string) => number;
}

/**
 * The condition `EndpointsOmitted`: the export has more endpoints than can be published. None for an export that never had it (`before`: its current
 * conditions).
 */
export const omittedVerdicts = (before: readonly Condition[] | undefined, omitted: number): Verdict[] => {
  const type = 'EndpointsOmitted';
  const message = `${omitted} endpoints are not published, because an export has room for ${maxEndpoints}; divide the service.`;
  const left: Verdict = { type, status: 'True', reason: 'TooManyEndpoints', message };
  const resolved: Verdict = { type, status: 'False', reason: 'Exported', message: 'Every endpoint is published.' };
  return exceptionVerdicts(before, omitted > 0 ? left : undefined, resolved);
};

/**
 * Conditions about fields of a Service: endpoints that are not Ready are published if the Service sets that (`NotReadyAddresses`), and session affinity,
 * which earlier versions published as ineffective, has its effect (`SessionAffinity`). None for a Service that never set them (`before`: the current conditions).
 */
export const serviceFieldVerdicts = (before: readonly Condition[] | undefined, service: Service | undefined): Verdict[] => {
  const notReady: Verdict = {
    type: 'NotReadyAddresses',
    status: 'True',
    reason: 'NotReadyAddressesPublished',
    message: 'The Service sets publishNotReadyAddresses, so pods that are not Ready are endpoints too.',
  };
  const resolved = (verdict: Verdict, message: string): Verdict => ({
    ...verdict,
    status: verdict.status === 'True' ? 'False' : 'True',
    reason: 'Exported',
    message,
  });
  return [
    ...exceptionVerdicts(before, undefined, {
      type: 'SessionAffinity',
      status: 'True',
      reason: 'Exported',
      message: 'A client stays with its pod if the Service sets sessionAffinity.',
    }),
    ...exceptionVerdicts(
      before,
      service?.spec?.publishNotReadyAddresses === true ? notReady : undefined,
      resolved(notReady, 'Only pods that are Ready are endpoints.'),
    ),
  ];
};

/**
 * The condition `Conflict`, which shows both owners that exports of the name conflict. `body` is the published content of this one, undefined for
 * none. None for an export that never was in conflict (`before`: its current conditions).
 */
export const conflictVerdicts = (
  before: readonly Condition[] | undefined,
  { cluster, sameName = [], since = () => 0 }: ExportsOfName,
  body: ExportBody | undefined,
): Verdict[] => {
  const type = 'Conflict';
  const { conflicts } = body === undefined ? { conflicts: [] } : offersOfName([...sameName, { cluster, body }], since);
  const found = conflictOf(cluster, conflicts);
  const conflict: Verdict | undefined = found === undefined ? undefined : { type, status: 'True', ...found };
  return exceptionVerdicts(before, conflict, { type, status: 'False', reason: 'Exported', message: 'The exports of this name agree.' });
};

/** A property in which the export of another cluster differs. */
export interface ExportDifference {
  readonly cluster: string;
  readonly property: ConflictingProperty;
}

/** Maximum number of them in a status. */
const maxDifferences = 100;

/**
 * In what the exports of a name conflict with this one, whose published content is `body`: with an older one it is not used, with younger ones these are
 * not, except for session affinity, which is that of the oldest one. Sorted.
 */
export const exportDifferences = ({ cluster, sameName = [], since = () => 0 }: ExportsOfName, body: ExportBody): ExportDifference[] => {
  const { used, conflicts } = offersOfName([...sameName, { cluster, body }], since);
  const oldest = used[0]?.cluster;
  const affinity = affinityConflicts(used).flatMap((one): ExportDifference[] => {
    if (one.cluster !== cluster && oldest !== cluster) return [];
    return [{ cluster: one.cluster === cluster ? (oldest ?? '') : one.cluster, property: 'SessionAffinity' }];
  });
  const others = conflicts.flatMap(({ younger, older, property }): ExportDifference[] => {
    if (younger !== cluster && older !== cluster) return [];
    return [{ cluster: younger === cluster ? older : younger, property }];
  });
  return sortedBy([...others, ...affinity], (one) => `${one.cluster}/${one.property}`).slice(0, maxDifferences);
};

/** The conflict, for the owner of this cluster's export; undefined when there is none. */
const conflictOf = (cluster: string, conflicts: readonly OfferConflict[]): Pick<Verdict, 'reason' | 'message'> | undefined => {
  const lost = conflicts.find(({ younger }) => younger === cluster);
  if (lost !== undefined) {
    const message = `Cluster ${lost.older} has the older export of this name; this export has ${lost.what}, so the other clusters do not use it. Make them agree, or use another name.`;
    return { reason: 'ExportConflict', message };
  }
  const won = conflicts.filter(({ older }) => older === cluster);
  if (won.length === 0) return undefined;
  const list = won.slice(0, 10).map(({ younger, what }) => `${younger} (${what})`);
  const message = `This export is the oldest one and is used; the exports of these clusters are not used: ${list.join(', ')}.`;
  return { reason: 'ExportContradicted', message };
};
