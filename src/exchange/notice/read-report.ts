import type { Notice } from '../../api/notice/type.ts';
import { readJson } from '../../values/text/read-json.ts';
import { type LinksBody, linksBody } from '../statement/links.ts';

/**
 * The report in a notice; undefined when the notice has no valid report, or one about another cluster. The signature is not verified: admission binds
 * a notice to the account of its cluster, and a report is only displayed and decides nothing.
 */
export const readReport = ({ spec }: Notice): LinksBody | undefined => {
  if (spec.kind !== 'Links') return undefined;
  const statement = readJson(spec.statement) as { readonly cluster?: unknown; readonly body?: unknown } | null | undefined;
  return statement?.cluster === spec.cluster ? linksBody.safeParse(statement.body).data : undefined;
};
