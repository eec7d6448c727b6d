import type { LinksBody, Statement } from '../../api/notice/statement.ts';
import type { Notice } from '../../api/notice/type.ts';

const isReport = (body: unknown): body is LinksBody => {
  const report = body as Partial<LinksBody> | null;
  return (
    typeof report === 'object' &&
    report !== null &&
    typeof report.nodes === 'number' &&
    typeof report.up === 'number' &&
    Array.isArray(report.links) &&
    Array.isArray(report.missingNodes)
  );
};

/**
 * The reports about links by cluster. A report that cannot be read counts as none: the slice then says that the cluster has not reported.
 *
 * The controller does not check signatures: admission already binds a notice to its cluster's account, and what it shows is the
 * cluster's own word about itself.
 */
export const reportsOf = (notices: readonly Notice[]): ReadonlyMap<string, LinksBody> => {
  const reports = new Map<string, LinksBody>();
  for (const notice of notices) {
    try {
      const statement = JSON.parse(notice.spec.statement) as Statement<'Links'>;
      if (statement.cluster === notice.spec.cluster && isReport(statement.body)) reports.set(notice.spec.cluster, statement.body);
    } catch {
      // Not JSON: as good as no report.
    }
  }
  return reports;
};
