import type { Notice } from '../../api/notice/type.ts';
import { readReport } from '../../exchange/notice/read-report.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';

/**
 * Reads the reports about links. Each notice is parsed once, however often the others change. An unreadable report counts as none and affects only
 * its author: the slice then reports that this cluster has not reported.
 */
export class ReportReader {
  /** Mirrors keep the same object until it changes. */
  readonly #read = new WeakMap<Notice, { readonly report: LinksBody | undefined }>();

  /** The reports by cluster. */
  of(notices: readonly Notice[]): ReadonlyMap<string, LinksBody> {
    const reports = new Map<string, LinksBody>();
    for (const notice of notices) {
      const report = this.one(notice);
      if (report !== undefined) reports.set(notice.spec.cluster, report);
    }
    return reports;
  }

  /** The report in one notice; undefined when it has none. */
  one(notice: Notice): LinksBody | undefined {
    const known = this.#read.get(notice) ?? { report: readReport(notice) };
    this.#read.set(notice, known);
    return known.report;
  }
}
