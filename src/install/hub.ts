import { defaultProject, hubNamespace } from '../api/places.ts';
import type { PodDisruptionBudget } from '../values/builtin/pod-disruption-budget.ts';
import type { Deployment } from '../values/builtin/workloads.ts';
import type { KubernetesObject } from '../values/object.ts';
import { planAccount } from './account.ts';
import { hubAccountPolicies } from './account-policies.ts';
import { podBasics, podHealth, programContainer, restricted, scratch } from './container.ts';
import { controllerRights } from './hub-rights.ts';
import { hubInputPolicies } from './input-policies.ts';
import { componentName, metadata, selectorLabels } from './metadata.ts';
import type { HubOptions } from './options.ts';
import { spread } from './spread.ts';

const component = 'controller';

const deployment = (options: HubOptions): Deployment => {
  const labels = selectorLabels(component);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(componentName(component), { namespace: hubNamespace, component }),
    spec: {
      replicas: options.controller.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...podBasics(component, options, options.controller),
          priorityClassName: 'system-cluster-critical',
          topologySpreadConstraints: spread(labels),
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            programContainer({
              component,
              options,
              placement: options.controller,
              health: podHealth,
              securityContext: restricted,
              volumeMounts: scratch.mounts,
            }),
          ],
          volumes: scratch.volumes,
        },
      },
    },
  };
};

const disruptionBudget: PodDisruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(componentName(component), { namespace: hubNamespace, component }),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(component) } },
};

/** The project that exists from the start. */
const project: KubernetesObject & { spec: object } = {
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Project',
  metadata: metadata(defaultProject, { namespace: hubNamespace }),
  spec: {},
};

/** Everything on the hub but the CustomResourceDefinitions, in the order in which it is applied. */
export const planHub = (options: HubOptions): KubernetesObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      ...metadata(hubNamespace),
      labels: { ...metadata(hubNamespace).labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  },
  ...hubAccountPolicies,
  ...hubInputPolicies,
  ...planAccount(component, hubNamespace, controllerRights),
  deployment(options),
  disruptionBudget,
  project,
];
