import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';
import type { LabelSelector } from './label-selector.ts';

export type ResourceRule = {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | '*')[];
  readonly resourceNames?: readonly string[];
  readonly scope?: 'Cluster' | 'Namespaced' | '*';
};

export type MatchResources = {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly ResourceRule[];
  readonly excludeResourceRules?: readonly ResourceRule[];
  readonly matchPolicy?: 'Exact' | 'Equivalent';
};

/** Rules in CEL that the API server checks at each write, without a webhook. */
export type ValidatingAdmissionPolicy = KubernetesObject & {
  readonly spec?: {
    readonly failurePolicy?: 'Fail' | 'Ignore';
    readonly matchConstraints?: MatchResources;
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations?: readonly {
      readonly expression: string;
      readonly message?: string;
      readonly messageExpression?: string;
      readonly reason?: 'Unauthorized' | 'Forbidden' | 'Invalid' | 'RequestEntityTooLarge';
    }[];
    readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  };
  readonly status?: {
    readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly fieldRef: string; readonly warning: string }[] };
  };
};

/** Puts a `ValidatingAdmissionPolicy` into force. */
export type ValidatingAdmissionPolicyBinding = KubernetesObject & {
  readonly spec?: {
    readonly policyName: string;
    readonly validationActions: readonly ('Deny' | 'Warn' | 'Audit')[];
    readonly matchResources?: MatchResources;
    readonly paramRef?: {
      readonly name?: string;
      readonly namespace?: string;
      readonly selector?: LabelSelector;
      readonly parameterNotFoundAction?: 'Allow' | 'Deny';
    };
  };
};

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;

export const validatingAdmissionPolicyKind: ResourceKind<ValidatingAdmissionPolicy> = {
  ...admission,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
};
export const validatingAdmissionPolicyBindingKind: ResourceKind<ValidatingAdmissionPolicyBinding> = {
  ...admission,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
};
