import { Failure } from '../../../values/failure.ts';
import { mayCreate } from './may-create.ts';
import type { OpenCluster } from './open-cluster.ts';

/** Oldest Kubernetes that has ValidatingAdmissionPolicy in its stable version. */
const oldestMinor = 30;

/** Rights that stand for all that an installation needs: who has these is an administrator. */
const needed = [
  { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
  { group: '', resource: 'namespaces' },
] as const;

/**
 * Checks before anything is changed that a cluster answers, is new enough, and lets the caller install.
 *
 * @throws Failure Unavailable, CapabilityMissing or Forbidden, each with what helps.
 */
export const checkCluster = async ({ client, context }: OpenCluster, signal: AbortSignal): Promise<void> => {
  const version = (await client.raw('/version', { signal })) as { minor?: string; gitVersion?: string };
  if (Number.parseInt(version.minor ?? '', 10) < oldestMinor) {
    throw new Failure(
      'CapabilityMissing',
      `The cluster of context "${context}" runs Kubernetes ${version.gitVersion}, and KubeSlice needs 1.${oldestMinor} or later; upgrade it first.`,
    );
  }
  for (const each of needed) {
    if (!(await mayCreate(client, each, signal))) {
      throw new Failure(
        'Forbidden',
        `The user of context "${context}" may not create ${each.resource}, and installing needs an administrator of the cluster (ClusterRole cluster-admin); use another context.`,
      );
    }
  }
};
