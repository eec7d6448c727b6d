import { type LinksBody, maxReportedNamespaces } from '../../exchange/statement/links.ts';
import { nearest } from '../../values/text/nearest.ts';

/** For how many absent namespaces a similar name is searched: each is compared with all existing ones. */
const proposals = 10;

/**
 * The namespaces of a slice that a cluster does not have, sorted and bounded, each with an existing one of a similar name that does not belong to the
 * slice. A cluster may lack some namespaces; one that every cluster lacks is probably a typing error.
 */
export const absentNamespacesOf = (wanted: readonly string[], there: ReadonlySet<string>): NonNullable<LinksBody['absentNamespaces']> => {
  const candidates = [...there].filter((name) => !wanted.includes(name)).toSorted();
  return wanted
    .filter((namespace) => !there.has(namespace))
    .toSorted()
    .slice(0, maxReportedNamespaces)
    .map((namespace, index) => {
      const near = index < proposals ? nearest(namespace, candidates) : undefined;
      return { namespace, ...(near === undefined ? {} : { near }) };
    });
};
