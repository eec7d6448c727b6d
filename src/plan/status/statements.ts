import type { Notice } from '../../api/notice/type.ts';
import { readReport } from '../../exchange/notice/read-report.ts';
import { isAbout, isTombstone, readStatement, type Statement } from '../../exchange/statement/statement.ts';
import { readJson } from '../../values/text/read-json.ts';
import type { FleetSnapshot, PublishedStatement, SliceNotice } from './fleet-snapshot.ts';

/**
 * The content of some notices, by the schema with which members judge them. Signatures are not verified: the result is for display only and decides
 * nothing. The schema takes long to load, so load this file only when there are notices to read.
 */
export const statementsIn = (notices: readonly SliceNotice[]): Pick<FleetSnapshot, 'reports' | 'nodes' | 'offers'> => {
  const shown = notices.map(({ slice, notice }) => ({ slice, cluster: notice.spec.cluster, notice }));
  const statements = shown.flatMap(({ slice, cluster, notice }) => {
    const statement = statementIn(notice);
    return statement === undefined ? [] : [{ slice, cluster, statement }];
  });
  const about = <Body>(pick: (statement: Statement) => Body | undefined): PublishedStatement<Body>[] =>
    statements.flatMap(({ slice, cluster, statement }) => {
      const body = pick(statement);
      return body === undefined ? [] : [{ slice, cluster, body }];
    });
  const shards = Map.groupBy(
    about((statement) => (isAbout(statement, 'Endpoints') ? statement.body : undefined)),
    ({ slice, cluster, body: { namespace, name } }) => [slice, cluster, namespace, name].join('/'),
  );
  return {
    reports: shown.flatMap(({ slice, cluster, notice }) => {
      const report = readReport(notice);
      return report === undefined ? [] : [{ slice, cluster, report }];
    }),
    nodes: about((statement) => (isAbout(statement, 'Node') ? statement.body : undefined)),
    offers: about((statement) => (isAbout(statement, 'Export') ? statement.body : undefined)).map(({ slice, cluster, body }) => {
      const further = shards.get([slice, cluster, body.namespace, body.name].join('/')) ?? [];
      return { slice, cluster, body: { ...body, endpoints: [...body.endpoints, ...further.flatMap((shard) => shard.body.endpoints)] } };
    }),
  };
};

const statementIn = ({ spec }: Notice): Statement | undefined => {
  if (spec.kind === 'Links') return undefined;
  const stated = readStatement(readJson(spec.statement));
  if (typeof stated === 'string' || isTombstone(stated)) return undefined;
  return stated.cluster === spec.cluster && stated.kind === spec.kind ? stated : undefined;
};
