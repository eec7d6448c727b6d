/**
 * The built-in kinds that KubeSlice uses, with the fields that it reads or writes.
 *
 * They are declared in `values/builtin/`, so that planners can use pods and services without importing this room.
 */
export * from '../values/builtin/admission-policy.ts';
export * from '../values/builtin/condition.ts';
export * from '../values/builtin/config-map.ts';
export * from '../values/builtin/custom-resource-definition.ts';
export * from '../values/builtin/dns-operator.ts';
export * from '../values/builtin/endpoint-slice.ts';
export * from '../values/builtin/event.ts';
export * from '../values/builtin/flow-control.ts';
export * from '../values/builtin/label-selector.ts';
export * from '../values/builtin/lease.ts';
export * from '../values/builtin/namespace.ts';
export * from '../values/builtin/node.ts';
export * from '../values/builtin/pod.ts';
export * from '../values/builtin/pod-disruption-budget.ts';
export * from '../values/builtin/rbac.ts';
export * from '../values/builtin/secret.ts';
export * from '../values/builtin/self-subject-access-review.ts';
export * from '../values/builtin/self-subject-review.ts';
export * from '../values/builtin/service.ts';
export * from '../values/builtin/service-account.ts';
export * from '../values/builtin/service-cidr.ts';
export * from '../values/builtin/workloads.ts';
