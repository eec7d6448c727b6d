import type { ExchangeContext } from '../ledger/context.ts';
import type { Statement } from '../statement/statement.ts';
import { type DelegationRefusal, refusal } from './refusal.ts';

/** The rules for a statement about an export, and for one about more endpoints of it. */
export const checkExport = (
  { cluster, body: { namespace, name } }: Statement<'Export' | 'Endpoints'>,
  { namespaces }: ExchangeContext,
): DelegationRefusal | undefined =>
  namespaces.has(namespace)
    ? undefined
    : refusal(
        'NamespaceNotInSlice',
        ['Grant'],
        `The export "${namespace}/${name}" of cluster "${cluster}" is of a namespace that does not belong to the slice; add it to the slice's namespaces or delete the export.`,
      );
