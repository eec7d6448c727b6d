import type { PolicyParts } from './policy.ts';

/** CEL: name of the calling service account. */
export const accountName = "request.userInfo.username.split(':')[3]";

/** Condition: the caller is a service account in any namespace whose name matches the pattern (RE2, unanchored at its end). */
export const callerIs = (pattern: string): PolicyParts['conditions'] => [
  { name: 'caller', expression: `request.userInfo.username.matches('^system:serviceaccount:[^:]+:${pattern}')` },
];

/** Condition: the caller is exactly this service account. */
export const isAccount = (namespace: string, name: string): PolicyParts['conditions'] => [
  { name: 'caller', expression: `request.userInfo.username == 'system:serviceaccount:${namespace}:${name}'` },
];

/** Condition: the caller is the worker of a member cluster. */
export const isWorker = callerIs('kubeslice-worker-.+$');

/** Cluster of the calling account, whose name has the prefix, as a CEL variable `cluster`. */
export const clusterOf = (prefix: string) => ({ name: 'cluster', expression: `${accountName}.substring(${prefix.length})` });
