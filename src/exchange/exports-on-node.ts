import { type Ledger, statementsBy } from './ledger.ts';
import type { ExportEndpoint } from './statement/export.ts';

/** Subjects (`<namespace>/<name>`) of the exports of a cluster with an endpoint on one of its nodes, by the statements in force. */
export const exportsOnNode = (ledger: Ledger, cluster: string, node: string): ReadonlySet<string> => {
  const isThere = (endpoints: readonly ExportEndpoint[]): boolean => endpoints.some((endpoint) => endpoint.node === node);
  const found = new Set<string>();
  for (const kind of ['Export', 'Endpoints'] as const)
    for (const { body } of statementsBy(ledger, kind, cluster)) if (isThere(body.endpoints)) found.add(`${body.namespace}/${body.name}`);
  return found;
};
