import { clusterPropertyDefinitionName } from '../../api/about/kinds.ts';
import { about, multicluster, networking } from '../../api/groups.ts';
import { mcsDefinitionNames } from '../../api/mcs/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import type { PolicyRule } from '../../values/builtin/rbac.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { MemberOptions } from '../options.ts';
import { planAccount, read } from '../rights/account.ts';
import { knownClusterDns } from '../rights/cluster-dns-rights.ts';
import { planJob } from './job.ts';

const component = 'member-removal';

/** Time limit in seconds. */
const deadlineSeconds = 300;

const here: readonly PolicyRule[] = [
  { apiGroups: ['apps'], resources: ['deployments', 'daemonsets'], verbs: [...read, 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: read },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'create', 'patch'] },
];

const everywhere: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes', 'pods', 'services'], verbs: read },
  { apiGroups: [''], resources: ['namespaces'], resourceNames: [memberNamespace], verbs: [...read, 'patch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: [...read, 'delete'] },
  { apiGroups: ['operator.openshift.io'], resources: ['dnses'], resourceNames: ['default'], verbs: ['get', 'patch'] },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: [...read, 'delete'] },
  { apiGroups: [networking.group], resources: ['slicenodes'], verbs: read },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    resourceNames: [mcsDefinitionNames.imports, clusterPropertyDefinitionName],
    verbs: ['get'],
  },
  { apiGroups: [multicluster.group], resources: ['serviceimports'], verbs: [...read, 'delete'] },
  { apiGroups: [about.group], resources: ['clusterproperties'], verbs: [...read, 'delete'] },
];

/**
 * Ends a member before a tool removes its objects: a Job that removes the worker, the zone in cluster DNS, the agents and everything that they
 * created on the nodes. Its account exists as long as the Job. If a node does not answer, the Job fails, and the objects stay.
 */
export const planMemberRemoval = (options: MemberOptions): KubernetesObject[] => {
  const account = planAccount(component, memberNamespace, { everywhere, in: { [memberNamespace]: here, 'kube-system': knownClusterDns } });
  const job = planJob({
    component,
    namespace: memberNamespace,
    options,
    placement: { ...options.agent, resources: options.dns.resources },
    args: [component],
    env: [{ name: 'IMAGE', value: options.image }],
    deadlineSeconds,
    retries: 0,
  });
  return [...account, job];
};
