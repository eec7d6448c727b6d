import type { Condition } from '../../api/condition.ts';
import { conditionOf } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { type FailingExport, maxReportedExports, reportLine } from '../../exchange/statement/links.ts';
import { compareText } from '../../values/order.ts';

/** How long an export is on its way before it is reported, in milliseconds: pods that start or are replaced must cost the hub no write. */
export const onItsWayMs = 5_000;

/** Conditions of an export that tell of something which is not as its owner asks, by the status that says so; the worst first. */
const trouble: readonly (readonly [type: string, status: Condition['status']])[] = [
  ['Ready', 'False'],
  ['Conflict', 'True'],
  ['EndpointsOmitted', 'True'],
  ['SessionAffinity', 'False'],
  ['FieldsIgnored', 'True'],
];

const troubleOf = ({ status }: ServiceExport): Condition | undefined => {
  for (const [type, sick] of trouble) {
    const condition = conditionOf(status?.conditions, type);
    if (condition?.status === sick) return condition;
  }
  return undefined;
};

/** Reasons of an export that belongs to no slice of its cluster. */
const strayReasons: ReadonlySet<string> = new Set<Reason>(['SliceNotFound', 'ClusterRemoved']);

/** Whether an export says that its cluster is not in the slice that it names. */
export const isStray = ({ status }: ServiceExport): boolean => strayReasons.has(conditionOf(status?.conditions, 'Ready')?.reason ?? '');

/** Whether an export has something to report, now or as soon as it lasts. */
export const mayBeReported = (exported: ServiceExport): boolean => troubleOf(exported) !== undefined;

/** Whether the service can be called all the same: it has endpoints, and the other clusters use them. */
const works = ({ type, reason }: Condition): boolean => type !== 'Ready' && reason !== 'ExportConflict';

/** What the exports of a slice report. */
export interface FailingExports {
  /** At most as many as a report carries; those that do not work first, then by name. */
  readonly list: readonly FailingExport[];
  readonly count: number;
  /** After how many milliseconds another one will have lasted long enough; undefined when none will. */
  readonly dueMs: number | undefined;
}

/**
 * The exports that do not offer what their owners ask. One whose pods are only on their way is reported after {@link onItsWayMs}; a mistake in what its
 * owner wrote, at once.
 *
 * @param slice whether the slice of the exports is one of this cluster; if not, that is what they report
 * @param now milliseconds since 1970, by the clock that the conditions were written by
 */
export const failingExportsOf = (
  exports: readonly ServiceExport[],
  now: number,
  slice: 'present' | 'absent' = 'present',
): FailingExports => {
  const found: FailingExport[] = [];
  let dueMs: number | undefined;
  for (const exported of exports) {
    const { metadata, status } = exported;
    const condition = troubleOf(exported);
    if (condition === undefined || metadata.deletionTimestamp !== undefined) continue;
    // Written before the slice was granted or ended, or before its owner's last correction: it is about to be judged anew.
    if (isStray(exported) === (slice === 'present') || condition.observedGeneration !== metadata.generation) continue;
    const since = Date.parse(condition.lastTransitionTime);
    const left = status?.exportStatus === 'ERROR' || Number.isNaN(since) ? 0 : since + onItsWayMs - now;
    if (left > 0) {
      dueMs = Math.min(left, onItsWayMs, dueMs ?? onItsWayMs);
      continue;
    }
    const { namespace = '', name } = metadata;
    found.push({
      namespace,
      name,
      reason: condition.reason,
      message: reportLine(condition.message, 512),
      ...(Number.isNaN(since) ? {} : { since: new Date(since).toISOString() }),
      ...(works(condition) ? { works: true as const } : {}),
    });
  }
  found.sort(
    (a, b) => Number(a.works === true) - Number(b.works === true) || compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`),
  );
  return { list: found.slice(0, maxReportedExports), count: found.length, dueMs };
};
