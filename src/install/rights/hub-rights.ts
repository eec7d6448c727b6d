import { controller, exchange, networking } from '../../api/groups.ts';
import { hubAddressConfigMap, hubNamespace } from '../../api/places.ts';
import { change, judgeReaders, own, ownMany, type Rights, read } from './account.ts';

/**
 * The rights of the controller on the hub. It has the rights on notices because it grants them to members (only an account with a right can grant
 * it). The policy `kubeslice-controller-objects` limits the names of namespaces, accounts, roles and leases.
 */
export const controllerRights: Rights = {
  everywhere: [
    { apiGroups: [controller.group], resources: ['projects', 'clusters'], verbs: [...read, 'update', 'patch'] },
    { apiGroups: [controller.group], resources: ['projects/status', 'clusters/status'], verbs: change },
    { apiGroups: [networking.group], resources: ['slices'], verbs: [...read, 'update', 'patch'] },
    { apiGroups: [networking.group], resources: ['slices/status', 'accesspolicies/status'], verbs: change },
    { apiGroups: [networking.group], resources: ['accesspolicies'], verbs: read },
    { apiGroups: [exchange.group], resources: ['memberships'], verbs: ownMany },
    { apiGroups: [exchange.group], resources: ['notices'], verbs: ownMany },
    // Needed for owner references with blockOwnerDeletion where OwnerReferencesPermissionEnforcement is on.
    {
      apiGroups: [controller.group, networking.group],
      resources: ['projects/finalizers', 'clusters/finalizers', 'slices/finalizers'],
      verbs: ['update'],
    },
    { apiGroups: [''], resources: ['namespaces', 'serviceaccounts'], verbs: own },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: own },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...read, 'delete'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ...judgeReaders,
  ],
  in: {
    [hubNamespace]: [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', ...change] },
      { apiGroups: [exchange.group], resources: ['credentialrequests'], verbs: [...read, 'delete'] },
      { apiGroups: [exchange.group], resources: ['credentialrequests/status'], verbs: change },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [hubAddressConfigMap, 'kube-root-ca.crt'], verbs: ['get'] },
    ],
  },
};
