import { exchange } from '../api/groups.ts';
import { defaultProject, hubNamespace, projectNamespace } from '../api/places.ts';
import type { FlowSchema, FlowSubject, PriorityLevelConfiguration } from '../values/builtin/flow-control.ts';
import { componentName, metadata } from './metadata.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';

/** Name of the level at which the hub serves its members. */
export const membersLevel = 'kubeslice-members';

const level = (name: string, shares: number, queues: number): PriorityLevelConfiguration => ({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  metadata: metadata(name),
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      // What is not used serves everybody; but what others do not use must not serve a flood.
      lendablePercent: 50,
      borrowingLimitPercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues, handSize: 6, queueLengthLimit: 50 } },
    },
  },
});

const every = ['*'] as const;
const everything = {
  resourceRules: [{ apiGroups: every, resources: every, verbs: every, namespaces: every, clusterScope: true }],
  nonResourceRules: [{ verbs: every, nonResourceURLs: every }],
};

/** Requests of each user queue behind one another, and beside those of other users. */
const schema = (name: string, matchingPrecedence: number, rules: NonNullable<FlowSchema['spec']>['rules']): FlowSchema => ({
  apiVersion,
  kind: 'FlowSchema',
  metadata: metadata(name),
  spec: { priorityLevelConfiguration: { name }, matchingPrecedence, distinguisherMethod: { type: 'ByUser' }, rules },
});

const account = (namespace: string, name: string): FlowSubject => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name } });

/**
 * How the hub's API server divides itself among members (API Priority and Fairness): their requests have few seats of their own, for which each member
 * queues behind itself alone. So one at full speed takes neither the seats nor, with so few at once, the processors and the disk from the others, and
 * the controller does not queue with them at all.
 *
 * Whatever an account of the default project requests is served there; of accounts of further projects, whatever they request of the exchange.
 */
export const hubFlowControl: readonly (PriorityLevelConfiguration | FlowSchema)[] = [
  level(componentName('controller'), 5, 16),
  schema(componentName('controller'), 850, [{ subjects: [account(hubNamespace, componentName('controller'))], ...everything }]),
  level(membersLevel, 5, 64),
  schema(membersLevel, 900, [
    { subjects: [account(projectNamespace(defaultProject), '*')], ...everything },
    {
      subjects: [{ kind: 'Group', group: { name: 'system:serviceaccounts' } }],
      resourceRules: [{ apiGroups: [exchange.group], resources: every, verbs: every, namespaces: every, clusterScope: true }],
    },
  ]),
];
