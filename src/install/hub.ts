import { defaultProject, hubNamespace } from '../api/places.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planAccount } from './account.ts';
import { hubAccountPolicies } from './account-policies.ts';
import { hubDeletionPolicies } from './deletion-policies.ts';
import { planDeployment } from './deployment.ts';
import { planDisruptionBudget } from './disruption-budget.ts';
import { hubFlowControl } from './flow-control.ts';
import { controllerRights } from './hub-rights.ts';
import { hubInputPolicies } from './input-policies.ts';
import { metadata } from './metadata.ts';
import type { HubOptions } from './options.ts';
import { planPeople } from './people.ts';

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
