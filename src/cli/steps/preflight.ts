import { Failure } from '../../values/failure.ts';
import { resourcesNotAllowed } from './installer-rights.ts';
import type { OpenCluster } from './open-cluster.ts';

/** Oldest Kubernetes that has ValidatingAdmissionPolicy in its stable version. */
const oldestMinor = 30;

/**
 * Checks before any change that a cluster answers, is new enough, and permits the installation.
 *
 * @throws Failure Unavailable, CapabilityMissing or Forbidden, each with the remedy.
 */
export const checkCluster = async ({ client, context }: OpenCluster, signal: AbortSignal): Promise<void> => {
  const version = (await client.raw('/version', { signal })) as { minor?: string; gitVersion?: string };
  if (Number.parseInt(version.minor ?? '', 10) < oldestMinor) {
    throw new Failure(
      'CapabilityMissing',
      `The cluster of context "${context}" runs Kubernetes ${version.gitVersion}, and KubeSlice needs 1.${oldestMinor} or later; upgrade it first.`,
    );
  }
  const [lacking] = await resourcesNotAllowed(client, signal);
  if (lacking !== undefined) {
    throw new Failure(
      'Forbidden',
      `The user of context "${context}" may not create ${lacking}, and installing needs an administrator of the cluster (ClusterRole cluster-admin); use another context.`,
    );
  }
};
