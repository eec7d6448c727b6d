import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import type { ClusterEvidence } from './slice-status.ts';

/** Maximum number of namespaces that the message lists. */
const shown = 5;

type Absent = NonNullable<LinksBody['absentNamespaces']>[number];

/**
 * The condition `NamespacesFound`: False while no cluster of the slice has one of its namespaces, because of a typing error or because it is still to
 * be created. None while a cluster has not reported, and for a slice that never lacked one (`before`: its current conditions).
 */
export const absentNamespaces = (clusters: readonly ClusterEvidence[], before: readonly Condition[] | undefined): Verdict[] => {
  const type = 'NamespacesFound';
  const reported = clusters.flatMap(({ name, report }) => (report === undefined ? [] : [{ name, absent: report.absentNamespaces ?? [] }]));
  const [first, ...others] = reported;
  if (first === undefined || reported.length < clusters.length) return [];
  const absent = first.absent.filter(({ namespace }) => others.every((other) => other.absent.some((each) => each.namespace === namespace)));
  const near = ({ namespace }: Absent): string => {
    for (const { name, absent: lacking } of reported) {
      const meant = lacking.find((each) => each.namespace === namespace)?.near;
      if (meant !== undefined) return ` (did you mean "${meant}", as in cluster ${name}?)`;
    }
    return '';
  };
  const list = absent.slice(0, shown).map((each) => `"${each.namespace}"${near(each)}`);
  const more = absent.length > shown ? ` and ${absent.length - shown} more` : '';
  const message = `No cluster of the slice has the namespace ${list.join(', ')}${more}; create it where its pods should run, or correct spec.namespaceIsolationProfile.`;
  return exceptionVerdicts(before, absent.length > 0 ? { type, status: 'False', reason: 'NamespaceNotFound', message } : undefined, {
    type,
    status: 'True',
    reason: 'Accepted',
    message: 'Every namespace of the slice exists in one of its clusters.',
  });
};
