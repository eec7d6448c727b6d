import { managedBy, managedByLabel, projectLabel, sliceLabel } from '../../api/labels.ts';
import { exchangeNamespace, workerAccount } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Namespace } from '../../values/builtin/namespace.ts';
import type { Role, RoleBinding } from '../../values/builtin/rbac.ts';

/** Name of the binding in a board's namespace that gives the members access. */
export const membersBinding = 'kubeslice-members';
/** Name of the binding there, and of its role, that lets suspended members read. */
export const readersBinding = 'kubeslice-readers';

/** The board of a slice: a namespace of its own, and the access to it. */
export interface Exchange {
  readonly namespace: Namespace;
  readonly role: Role;
  readonly binding: RoleBinding;
  /** Access of members that may only read for now; undefined when there are none. */
  readonly readers: { readonly role: Role; readonly binding: RoleBinding } | undefined;
}

/**
 * The namespace of a slice's board, with access for exactly the given clusters.
 *
 * Suspended clusters may read there, but not write. The role lets a member write notices in general; the admission policy limits it to its own
 * notices, because roles cannot select objects by their content.
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
