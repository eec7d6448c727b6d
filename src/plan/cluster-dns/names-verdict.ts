import type { Verdict } from '../../api/condition.ts';
import { memberNamespace, sliceZone } from '../../api/places.ts';

/** The known state of name resolution: from a pod to cluster DNS, and from there to our servers. */
export interface NamesSight {
  /** Address of the Service of our DNS servers, if it has one. */
  readonly server: string | undefined;
  /** The addresses of cluster DNS for pods. */
  readonly nameservers: readonly string[];
  /** Why our servers did not answer at their address; undefined when they did. */
  readonly ownTrouble: string | undefined;
  /** Why cluster DNS did not answer for our zone; undefined when it did. */
  readonly throughTrouble: string | undefined;
  /** Why the configuration of cluster DNS could not be extended; undefined when it was. */
  readonly refusal: string | undefined;
}

const verdict = (status: Verdict['status'], reason: Verdict['reason'], message: string): Verdict => ({
  type: 'NamesWired',
  status,
  reason,
  message,
});

/** What a query without any answer ends with. */
const silent: ReadonlySet<string> = new Set(['ETIMEOUT', 'ECONNREFUSED']);

/**
 * Whether pods of this cluster can resolve names of the slices, judged by a query like a pod's.
 *
 *     cluster DNS answers our zone   True, whatever configured it
 *     our servers do not answer      DnsServersAway
 *     the configuration is refused   NamesNotWired, with the lines to add by hand where they help
 *     else                           NamesPending: cluster DNS has not read its configuration again yet
 */
export const planNamesVerdict = ({ server, nameservers, ownTrouble, throughTrouble, refusal }: NamesSight): Verdict => {
  const asked = nameservers.join(', ');
  if (throughTrouble === undefined) return verdict('True', 'NamesAnswered', `Cluster DNS (${asked}) answers for ${sliceZone}.`);
  const pods = `"kubectl -n ${memberNamespace} get pods -l app.kubernetes.io/component=dns"`;
  if (server === undefined)
    return verdict(
      'False',
      'DnsServersAway',
      `The DNS servers of KubeSlice have no address; see "kubectl -n ${memberNamespace} get service kubeslice-dns".`,
    );
  if (ownTrouble !== undefined)
    return verdict('False', 'DnsServersAway', `The DNS servers of KubeSlice do not answer at ${server} (${ownTrouble}); see ${pods}.`);
  if (refusal !== undefined) return verdict('False', 'NamesNotWired', `Pods cannot resolve names under ${sliceZone}: ${refusal}`);
  if (silent.has(throughTrouble))
    return verdict(
      'False',
      'NamesPending',
      `Cluster DNS (${asked}) gives a pod no answer at all (${throughTrouble}); "kubeslice doctor" names the cause if its servers do not run.`,
    );
  return verdict(
    'False',
    'NamesPending',
    `The configuration of cluster DNS forwards ${sliceZone} to ${server}, but cluster DNS (${asked}) does not do so yet (${throughTrouble}); it can take two minutes until it reads its configuration.`,
  );
};
