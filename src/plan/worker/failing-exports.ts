import { conditionOf } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import { type FailingExport, maxReportedExports, reportLine } from '../../exchange/statement/links.ts';
import { compareText } from '../../values/order.ts';

/** The exports that are wrong by themselves, at most as many as a report carries; one whose pods are only not Ready has a notice, which says so. */
export const failingExportsOf = (exports: readonly ServiceExport[]): FailingExport[] =>
  exports
    .flatMap(({ metadata, status }): FailingExport[] => {
      const ready = conditionOf(status?.conditions, 'Ready');
      if (status?.exportStatus !== 'ERROR' || ready?.status !== 'False' || metadata.deletionTimestamp !== undefined) return [];
      // Written before the slice was granted, or before its owner's last correction: it is about to be judged anew.
      if (ready.reason === 'SliceNotFound' || ready.observedGeneration !== metadata.generation) return [];
      const { namespace = '', name } = metadata;
      return [{ namespace, name, reason: ready.reason, message: reportLine(ready.message, 512) }];
    })
    .toSorted((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`))
    .slice(0, maxReportedExports);
