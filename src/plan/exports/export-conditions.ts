import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import { maxEndpoints } from '../../exchange/notice/shards.ts';
import type { ExportBody } from '../../exchange/statement/export.ts';
import type { Service } from '../../values/builtin/service.ts';
import { sortedBy } from '../../values/text/order.ts';
import type { NamedExport } from './export-age.ts';
import { type ConflictingProperty, type OfferConflict, uniteExports } from './offer-conflict.ts';

/** The exports of one name. */
export interface SameName {
  /** Name of this cluster. */
  readonly cluster: string;
  /** The exports of the other clusters under the name. @default none */
  readonly sameName?: readonly NamedExport[];
  /** When this cluster first knew another one, in milliseconds since 1970. */
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

/** In what the exports of a name differ, as one cluster sees it. */
export interface ConflictsOfName {
  readonly conflicts: readonly OfferConflict[];
  /** Whether none of the ports of this cluster's export is used, so that no client of a service address reaches its pods. */
  readonly isWithoutPorts: boolean;
}

/** The conflicts of a name; none while this cluster publishes nothing under it (`body` is undefined). */
export const conflictsOf = ({ cluster, sameName = [], since = () => 0 }: SameName, body: ExportBody | undefined): ConflictsOfName => {
  if (body === undefined) return { conflicts: [], isWithoutPorts: false };
  const { settled, conflicts } = uniteExports([...sameName, { cluster, body }], since);
  const own = settled.find(({ one }) => one.cluster === cluster);
  return { conflicts, isWithoutPorts: body.ports.length > 0 && own?.body.ports.length === 0 };
};

/**
 * The condition `Conflict`, which every export of a name has when some of them differ (KEP-1645). None for an export that never was in conflict
 * (`before`: its current conditions).
 */
export const conflictVerdicts = (
  before: readonly Condition[] | undefined,
  cluster: string,
  conflicts: readonly OfferConflict[],
): Verdict[] => {
  const type = 'Conflict';
  const conflict: Verdict | undefined = conflicts.length === 0 ? undefined : { type, status: 'True', ...verdictOf(cluster, conflicts) };
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
 * The other clusters whose exports differ, each property once: of a conflict of its own a cluster has the older one, of the conflicts of others the
 * younger one. Sorted.
 */
export const exportDifferences = (cluster: string, conflicts: readonly OfferConflict[]): ExportDifference[] => {
  const found = new Map<string, ExportDifference>();
  for (const { younger, older, property } of conflicts) {
    const other = younger === cluster ? older : younger;
    found.set(`${other}/${property}`, { cluster: other, property });
  }
  return sortedBy(found, ([key]) => key)
    .map(([, difference]) => difference)
    .slice(0, maxDifferences);
};

/** How many differences a message names. */
const maxNamed = 10;

/** The conflicts, for the owner of this cluster's export. */
const verdictOf = (cluster: string, conflicts: readonly OfferConflict[]): Pick<Verdict, 'reason' | 'message'> => {
  const lost = conflicts.filter(({ younger }) => younger === cluster).slice(0, maxNamed);
  if (lost.length === 0) {
    const list = conflicts.slice(0, maxNamed).map(({ younger, what }) => `${younger} (${what})`);
    const message = `Younger exports of this name differ from older ones, which count: ${list.join(', ')}.`;
    return { reason: 'ExportContradicted', message };
  }
  const olders = [...new Set(lost.map(({ older }) => older))];
  const who = olders.length === 1 ? `Cluster ${olders[0]} has the older export` : `Clusters ${olders.join(' and ')} have older exports`;
  const message = `${who} of this name, and what is there counts; this export has ${lost.map(({ what }) => what).join(', ')}. Make them agree, or use another name.`;
  return { reason: 'ExportConflict', message };
};
