/**
 * The condition types of KubeSlice, and the status with which each reports a problem. A Kubernetes condition does not contain it (API conventions,
 * "Typical status properties": a type may have either polarity), and code that prints conditions needs it.
 */
export const conditionTypes = {
  Accepted: 'False',
  AddressSpace: 'False',
  BlocksReserved: 'True',
  ClockSkew: 'True',
  ClusterIdentified: 'False',
  Conflict: 'True',
  DefaultAccessAccepted: 'False',
  Degraded: 'True',
  EndpointsOmitted: 'True',
  Enforced: 'False',
  FieldsIgnored: 'True',
  HubReachable: 'False',
  HubWithholds: 'True',
  KnownToHub: 'False',
  NamesWired: 'False',
  NamespacesAccepted: 'False',
  NamespacesFound: 'False',
  NamesUnknown: 'True',
  NearBudget: 'True',
  NoServiceAddress: 'True',
  NotReadyAddresses: 'False',
  Overridden: 'True',
  PoliciesServed: 'False',
  PoliciesUnderstood: 'False',
  Ready: 'False',
  SelectsNothing: 'True',
  SessionAffinity: 'False',
  StatementsVerified: 'False',
  WithinBudgets: 'False',
} as const;

/** Type of a condition of KubeSlice. */
export type ConditionType = keyof typeof conditionTypes;

/** Whether a condition reports a problem. For an unknown type False is a problem, as for most types. */
export const isBad = ({ type, status }: { readonly type: string; readonly status: string }): boolean =>
  status === (Object.hasOwn(conditionTypes, type) ? conditionTypes[type as ConditionType] : 'False');

/** Whether a condition type is named after a problem: True is bad, and False is omitted if there was no problem before. */
export const isNamedAfterTrouble = (type: string): boolean =>
  Object.hasOwn(conditionTypes, type) && conditionTypes[type as ConditionType] === 'True';
