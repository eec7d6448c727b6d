/**
 * The condition types of KubeSlice, and with which status each reports that something is wrong. Kubernetes does not say it (API conventions, "Typical
 * status properties": a type may have either polarity), and what prints conditions must know it.
 */
export const conditionTypes = {
  Accepted: 'False',
  AddressSpace: 'False',
  BlocksReserved: 'True',
  ClockSkew: 'True',
  Conflict: 'True',
  Degraded: 'True',
  EndpointsOmitted: 'True',
  FieldsIgnored: 'True',
  HubReachable: 'False',
  HubWithholds: 'True',
  KnownToHub: 'False',
  NamesWired: 'False',
  NamespacesAccepted: 'False',
  NamespacesFound: 'False',
  NearBudget: 'True',
  NotReadyAddresses: 'False',
  Ready: 'False',
  SessionAffinity: 'False',
  StatementsVerified: 'False',
  WithinBudgets: 'False',
} as const;

/** Type of a condition of KubeSlice. */
export type ConditionType = keyof typeof conditionTypes;

/** Whether a condition reports that something is wrong. Of a type that is not known here False is wrong, as of most. */
export const isBad = ({ type, status }: { readonly type: string; readonly status: string }): boolean =>
  status === (Object.hasOwn(conditionTypes, type) ? conditionTypes[type as ConditionType] : 'False');

/** Whether a condition type is named after what is wrong: True is bad, and False is no news where there was none before. */
export const isNamedAfterTrouble = (type: string): boolean =>
  Object.hasOwn(conditionTypes, type) && conditionTypes[type as ConditionType] === 'True';
