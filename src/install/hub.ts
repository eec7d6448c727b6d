import { defaultProject, hubNamespace } from '../api/places.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import type { KubernetesObject } from '../values/object.ts';
import { hubFlowControl } from './flow-control.ts';
import { metadata } from './metadata.ts';
import type { HubOptions } from './options.ts';
import { hubAccountPolicies } from './policies/account-policies.ts';
import { hubDeletionPolicies } from './policies/deletion-policies.ts';
import { hubInputPolicies } from './policies/input-policies.ts';
import { planAccount } from './rights/account.ts';
import { controllerRights } from './rights/hub-rights.ts';
import { planPeople } from './rights/people.ts';
import { planDeployment } from './workloads/deployment.ts';
import { planDisruptionBudget } from './workloads/disruption-budget.ts';

const component = 'controller';

const deployment = (options: HubOptions): Deployment =>
  planDeployment({ component, namespace: hubNamespace, options, placement: options.controller });

/** The default project. */
const project: KubernetesObject & { spec: object } = {
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Project',
  metadata: metadata(defaultProject, { namespace: hubNamespace }),
  spec: {},
};

/** Everything on the hub but the CustomResourceDefinitions, in the order of their application. */
export const planHub = (options: HubOptions): KubernetesObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      ...metadata(hubNamespace),
      labels: { ...metadata(hubNamespace).labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  },
  ...hubFlowControl,
  ...hubAccountPolicies,
  ...hubInputPolicies,
  ...hubDeletionPolicies,
  ...planAccount(component, hubNamespace, controllerRights),
  ...planPeople('hub'),
  deployment(options),
  planDisruptionBudget(component, hubNamespace),
  project,
];
