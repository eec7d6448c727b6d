import type { Verdict } from '../../api/condition.ts';
import { Failure } from '../../values/failure.ts';

/** The kinds of failed contact with the hub that need different actions of the administrator. */
export type HubFailure = 'unjoined' | 'removed' | 'certificate' | 'away';

const verdict = (status: Verdict['status'], reason: Verdict['reason'], message: string): Verdict => ({
  type: 'HubReachable',
  status,
  reason,
  message,
});

/** The kind of trouble of a failed request to the hub. */
export const troubleOf = (error: Failure): HubFailure => {
  // The hub knows neither the account of the worker nor that for requesting a credential, or no longer the objects of the cluster.
  if (['Unauthorized', 'Forbidden', 'NotFound'].some((code) => error.code === code)) return 'removed';
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return /CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/.test(code) ? 'certificate' : 'away';
};

/**
 * The condition about a member's connection to its hub, by the observations of its worker. `error` is the failure of the last request to the hub,
 * undefined when it was answered.
 */
export const planHubVerdict = (cluster: string, error: unknown, trouble?: HubFailure): Verdict => {
  if (error === undefined) return verdict('True', 'Ready', 'The hub answers.');
  const failure = Failure.from(error);
  switch (trouble ?? troubleOf(failure)) {
    case 'unjoined':
      return verdict('False', 'NotJoined', `This cluster has no usable credential for a hub: ${failure.message}`);
    case 'removed':
      return verdict(
        'False',
        'ClusterRemoved',
        `The hub accepts no credential of cluster "${cluster}", for example because it was removed there; "kubeslice join ${cluster}" makes it a member again, "kubeslice leave ${cluster}" removes KubeSlice from it. The hub's answer: ${failure.message}`,
      );
    case 'certificate':
      return verdict(
        'False',
        'HubCertificateRefused',
        `This cluster's certificate authority for the hub does not verify the server at the hub's address. ${failure.message}`,
      );
    case 'away':
      break;
  }
  return verdict('False', 'HubAway', `The hub does not answer this cluster. ${failure.message}`);
};
