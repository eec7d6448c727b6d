import type { Condition } from '../../api/condition.ts';
import { conditionOf } from '../../api/condition.ts';
import type { Reason } from '../../api/reasons.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { type FailingExport, maxReportedExports, reportLine } from '../../exchange/statement/links.ts';
import { compareText } from '../../values/text/order.ts';

/** How long an export may be in progress before it is reported, in milliseconds: starting or replaced pods must cost the hub no write. */
export const onItsWayMs = 5_000;

/** Conditions of an export that report a deviation from its owner's request, with the status that does; the worst first. */
const trouble: readonly (readonly [type: string, status: Condition['status']])[] = [
  ['Ready', 'False'],
  ['Conflict', 'True'],
  ['EndpointsOmitted', 'True'],
  ['FieldsIgnored', 'True'],
];

const troubleOf = ({ status }: ServiceExport): Condition | undefined => {
  for (const [type, sick] of trouble) {
    const condition = conditionOf(status?.conditions, type);
    if (condition?.status === sick) return condition;
  }
  return undefined;
};

/** Reasons of an export without a slice in its cluster. */
const strayReasons: ReadonlySet<string> = new Set<Reason>(['SliceNotFound', 'ClusterRemoved']);

/** Whether an export reports that its cluster is not in its slice. */
export const isStray = ({ status }: ServiceExport): boolean => strayReasons.has(conditionOf(status?.conditions, 'Ready')?.reason ?? '');

/** Whether an export has something to report, now or when it lasts. */
export const mayBeReported = (exported: ServiceExport): boolean => troubleOf(exported) !== undefined;

/** Whether the service can still be called: it has endpoints. */
const works = ({ type }: Condition): boolean => type !== 'Ready';

/** The report about the exports of a slice. */
export interface FailingExports {
  /** At most as many as a report can hold; those that do not work first, then by name. */
  readonly list: readonly FailingExport[];
  readonly count: number;
  /** After how many milliseconds another one will have lasted long enough; undefined when none will. */
  readonly dueMs: number | undefined;
}

/**
 * The exports that do not offer what their owners request. An export whose pods are in progress is reported after {@link onItsWayMs}; a mistake in
 * its spec, at once.
 *
 * @param slice whether the slice of the exports exists in this cluster; if not, the exports report that
 * @param now milliseconds since 1970, by the clock of the conditions
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
    // The condition is older than the grant, the end of the slice or the last correction of the spec: it is about to be judged again.
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
