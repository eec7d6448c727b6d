import { managedBy, managedByLabel, projectLabel, sliceLabel } from '../../api/labels.ts';
import { exchangeNamespace, workerAccount } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Namespace } from '../../values/builtin/namespace.ts';
import type { Role, RoleBinding } from '../../values/builtin/rbac.ts';

/** Name of the binding in an exchange namespace that lets the members use it. */
export const membersBinding = 'kubeslice-members';

/** The notice board of a slice: a namespace of its own, and who may use it. */
export interface Exchange {
  readonly namespace: Namespace;
  readonly role: Role;
  readonly binding: RoleBinding;
}

/**
 * The exchange namespace of a slice with access for the given clusters, and for them alone.
 *
 * The role lets a member write notices at all; that it writes only its own is the business of the admission policy, because roles
 * cannot tell one object of a kind from another by its content.
 */
export const planExchange = (slice: Slice, project: string, projectNamespace: string, clusters: readonly string[]): Exchange => {
  const name = exchangeNamespace(slice.metadata.uid ?? '');
  const labels = { [managedByLabel]: managedBy, [sliceLabel]: slice.metadata.name, [projectLabel]: project };
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    role: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'kubeslice-member', namespace: name, labels },
      rules: [
        {
          apiGroups: ['exchange.kubeslice.io'],
          resources: ['notices'],
          verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
        },
      ],
    },
    binding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: membersBinding, namespace: name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'kubeslice-member' },
      subjects: [...clusters]
        .toSorted()
        .map((cluster) => ({ kind: 'ServiceAccount', name: workerAccount(cluster), namespace: projectNamespace })),
    },
  };
};
