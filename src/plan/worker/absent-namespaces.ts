import { type LinksBody, maxReportedNamespaces } from '../../exchange/statement/links.ts';
import { nearest } from '../../values/nearest.ts';

/** For how many absent namespaces a near name is looked for: each is compared with all that there are. */
const proposals = 10;

/**
 * The namespaces of a slice that a cluster does not have, sorted and bounded, each with one that has nearly its name and belongs to no slice by that
 * name. To lack some is as it should be; a namespace that every cluster lacks is a slip.
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
