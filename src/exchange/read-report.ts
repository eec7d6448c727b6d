import type { Notice } from '../api/notice/type.ts';
import { readJson } from '../values/read-json.ts';
import { type LinksBody, linksBody } from './statement/links.ts';

/**
 * The report in a notice, read by the schema by which it was made; undefined when it is none, or says it about another cluster than the one
 * that it is published for. The signature is not verified: admission binds a notice to the account of its cluster, and what is made of a report is
 * shown and decides nothing.
 */
export const readReport = ({ spec }: Notice): LinksBody | undefined => {
  if (spec.kind !== 'Links') return undefined;
  const statement = readJson(spec.statement) as { readonly cluster?: unknown; readonly body?: unknown } | null | undefined;
  return statement?.cluster === spec.cluster ? linksBody.safeParse(statement.body).data : undefined;
};
