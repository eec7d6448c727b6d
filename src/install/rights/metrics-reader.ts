import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { RoleBinding } from '../../values/builtin/rbac.ts';
import type { Secret } from '../../values/builtin/secret.ts';
import type { ServiceAccount } from '../../values/builtin/service-account.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { Side } from '../crds.ts';
import { metadata } from '../metadata.ts';
import { peopleRole } from './people.ts';

/**
 * An account that may only read metrics, with its token in a Secret: a PodMonitor accepts a token only from a Secret, and Prometheus does not send
 * its own to servers that it cannot verify. Kubernetes fills in the Secret.
 */
export const planReader = (side: Side): KubernetesObject[] => {
  const name = peopleRole(side, 'metrics-reader');
  const namespace = side === 'hub' ? hubNamespace : memberNamespace;
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(name, { namespace }) };
  const token: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata(name, { namespace }), annotations: { 'kubernetes.io/service-account.name': name } },
    type: 'kubernetes.io/service-account-token',
  };
  const binding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  return [account, token, binding];
};
