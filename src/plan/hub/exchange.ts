import { managedBy, managedByLabel, projectLabel, sliceLabel } from '../../api/labels.ts';
import { exchangeNamespace, workerAccount } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Namespace } from '../../values/builtin/namespace.ts';
import type { Role, RoleBinding } from '../../values/builtin/rbac.ts';

/** Name of the binding in an exchange namespace that lets the members use it. */
export const membersBinding = 'kubeslice-members';
/** Name of the binding there that lets suspended members read, and of its role. */
export const readersBinding = 'kubeslice-readers';

/** The notice board of a slice: a namespace of its own, and who may use it. */
export interface Exchange {
  readonly namespace: Namespace;
  readonly role: Role;
  readonly binding: RoleBinding;
  /** Those who may read and not write for now; undefined when there are none. */
  readonly readers: { readonly role: Role; readonly binding: RoleBinding } | undefined;
}

/**
 * The exchange namespace of a slice with access for the given clusters, and for them alone.
 *
 * Suspended clusters may read there, and not write. The role lets a member write notices at all; that it writes only its own is the business of the admission policy, because roles
 * cannot tell one object of a kind from another by its content.
 */
export const planExchange = (
  slice: Slice,
  project: string,
  projectNamespace: string,
  clusters: readonly string[],
  suspended: ReadonlySet<string> = new Set(),
): Exchange => {
  const name = exchangeNamespace(slice.metadata.uid ?? '');
  const labels = { [managedByLabel]: managedBy, [sliceLabel]: slice.metadata.name, [projectLabel]: project };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const role = (of: string, verbs: readonly string[]): Role => ({
    apiVersion,
    kind: 'Role',
    metadata: { name: of, namespace: name, labels },
    rules: [{ apiGroups: ['exchange.kubeslice.io'], resources: ['notices'], verbs: [...verbs] }],
  });
  const binding = (called: string, to: string, members: readonly string[]): RoleBinding => ({
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: called, namespace: name, labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: to },
    subjects: members.toSorted().map((cluster) => ({ kind: 'ServiceAccount', name: workerAccount(cluster), namespace: projectNamespace })),
  });
  const [readers, writers] = [clusters.filter((one) => suspended.has(one)), clusters.filter((one) => !suspended.has(one))];
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    role: role('kubeslice-member', [...read, 'create', 'update', 'patch', 'delete']),
    binding: binding(membersBinding, 'kubeslice-member', writers),
    readers:
      readers.length === 0 ? undefined : { role: role(readersBinding, read), binding: binding(readersBinding, readersBinding, readers) },
  };
};

const read = ['get', 'list', 'watch'] as const;
