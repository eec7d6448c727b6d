import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../values/builtin/admission-policy.ts';
import { metadata } from '../metadata.ts';

type PolicySpec = NonNullable<ValidatingAdmissionPolicy['spec']>;
type BindingSpec = NonNullable<ValidatingAdmissionPolicyBinding['spec']>;

/** The particular parts of one policy. */
export interface PolicyParts {
  readonly name: string;
  readonly rules: NonNullable<PolicySpec['matchConstraints']>['resourceRules'];
  readonly namespaceSelector?: NonNullable<PolicySpec['matchConstraints']>['namespaceSelector'];
  readonly conditions: NonNullable<PolicySpec['matchConditions']>;
  readonly variables?: NonNullable<PolicySpec['variables']>;
  readonly validations: NonNullable<PolicySpec['validations']>;
  /** What happens when a validation fails. @default 'Deny' */
  readonly action?: 'Deny' | 'Warn';
  /** Objects that the expressions receive as `params`, one at a time; all must pass. */
  readonly params?: { readonly kind: NonNullable<PolicySpec['paramKind']>; readonly namespace?: string };
}

/** A policy and its binding. The API server itself evaluates it, so it needs no program of ours. */
export const planPolicy = (parts: PolicyParts): [ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding] => {
  const { name, params } = parts;
  const paramRef: BindingSpec['paramRef'] =
    params === undefined
      ? undefined
      : { ...(params.namespace === undefined ? {} : { namespace: params.namespace }), selector: {}, parameterNotFoundAction: 'Allow' };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: metadata(name),
      spec: {
        failurePolicy: 'Fail',
        ...(params === undefined ? {} : { paramKind: params.kind }),
        matchConstraints: {
          ...(parts.namespaceSelector === undefined ? {} : { namespaceSelector: parts.namespaceSelector }),
          ...(parts.rules === undefined ? {} : { resourceRules: parts.rules }),
        },
        matchConditions: parts.conditions,
        ...(parts.variables === undefined ? {} : { variables: parts.variables }),
        validations: parts.validations,
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: metadata(name),
      spec: { policyName: name, validationActions: [parts.action ?? 'Deny'], ...(paramRef === undefined ? {} : { paramRef }) },
    },
  ];
};
