import type { Verdict } from '../../api/condition.ts';
import { Failure } from '../../values/failure.ts';

/** How a cluster was refused or not answered, as far as it decides what its administrator does. */
export type HubTrouble = 'unjoined' | 'removed' | 'certificate' | 'away';

const verdict = (status: Verdict['status'], reason: Verdict['reason'], message: string): Verdict => ({
  type: 'HubReachable',
  status,
  reason,
  message,
});

/** What kind of trouble a failed request to the hub tells of. */
export const troubleOf = (error: Failure): HubTrouble => {
  // The hub knows neither the account of the worker nor that with which it asks for a credential; or no longer what belongs to the cluster.
  if (['Unauthorized', 'Forbidden', 'NotFound'].some((code) => error.code === code)) return 'removed';
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return /CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/.test(code) ? 'certificate' : 'away';
};

/**
 * How a member stands with its hub, in its own words: what only its worker sees. `error` is what the last request to the hub failed with, undefined when it
 * was answered.
 */
export const planHubVerdict = (cluster: string, error: unknown, trouble?: HubTrouble): Verdict => {
  if (error === undefined) return verdict('True', 'Ready', 'The hub answers.');
  const failure = Failure.from(error);
  switch (trouble ?? troubleOf(failure)) {
    case 'unjoined':
      return verdict('False', 'NotJoined', `This cluster cannot turn to a hub: ${failure.message}`);
    case 'removed':
      return verdict(
        'False',
        'ClusterRemoved',
        `The hub accepts no credential of cluster "${cluster}", as when it was removed there; "kubeslice join ${cluster}" makes it a member again, "kubeslice leave ${cluster}" takes KubeSlice out of it. The hub says: ${failure.message}`,
      );
    case 'certificate':
      return verdict(
        'False',
        'HubCertificateRefused',
        `The server at the hub's address is not known by the authority that this cluster has for it. ${failure.message}`,
      );
    case 'away':
      break;
  }
  return verdict('False', 'HubAway', `The hub does not answer this cluster. ${failure.message}`);
};
