import * as ourKinds from '../api/kinds.ts';
import { validatingAdmissionPolicyBindingKind, validatingAdmissionPolicyKind } from '../values/builtin/admission-policy.ts';
import { configMapKind } from '../values/builtin/config-map.ts';
import { customResourceDefinitionKind } from '../values/builtin/custom-resource-definition.ts';
import { flowSchemaKind, priorityLevelConfigurationKind } from '../values/builtin/flow-control.ts';
import { leaseKind } from '../values/builtin/lease.ts';
import { namespaceKind } from '../values/builtin/namespace.ts';
import { podDisruptionBudgetKind } from '../values/builtin/pod-disruption-budget.ts';
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from '../values/builtin/rbac.ts';
import { secretKind } from '../values/builtin/secret.ts';
import { serviceKind } from '../values/builtin/service.ts';
import { serviceAccountKind } from '../values/builtin/service-account.ts';
import { daemonSetKind, deploymentKind } from '../values/builtin/workloads.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import { apiVersionOf, type ResourceKind } from '../values/resource-kind.ts';

const installed: readonly ResourceKind[] = [
  customResourceDefinitionKind,
  namespaceKind,
  serviceAccountKind,
  clusterRoleKind,
  clusterRoleBindingKind,
  roleKind,
  roleBindingKind,
  secretKind,
  configMapKind,
  leaseKind,
  serviceKind,
  deploymentKind,
  daemonSetKind,
  podDisruptionBudgetKind,
  priorityLevelConfigurationKind,
  flowSchemaKind,
  validatingAdmissionPolicyKind,
  validatingAdmissionPolicyBindingKind,
  ...Object.values(ourKinds),
];

/** The API resource of an object of an installation. `Unexpected` when its kind is not part of installations. */
export const resourceKindOf = (object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): ResourceKind => {
  const found = installed.find((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
  if (found === undefined) throw new Failure('Unexpected', `No installed kind is called ${object.kind} in ${object.apiVersion}.`);
  return found;
};
