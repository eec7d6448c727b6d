import { exchange } from '../api/groups.ts';
import { defaultProject, hubNamespace, projectNamespace } from '../api/places.ts';
import type { FlowSchema, FlowSubject, PriorityLevelConfiguration } from '../values/builtin/flow-control.ts';
import { componentName, metadata } from './metadata.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';

/** Name of the priority level of the hub for its members. */
export const membersLevel = 'kubeslice-members';

const level = (name: string, shares: number, queues: number): PriorityLevelConfiguration => ({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  metadata: metadata(name),
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      // Others may use its idle seats, but it may not borrow theirs, so that a flood of requests stays here.
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

/** Requests of one user share a queue, separate from those of other users. */
const schema = (name: string, matchingPrecedence: number, rules: NonNullable<FlowSchema['spec']>['rules']): FlowSchema => ({
  apiVersion,
  kind: 'FlowSchema',
  metadata: metadata(name),
  spec: { priorityLevelConfiguration: { name }, matchingPrecedence, distinguisherMethod: { type: 'ByUser' }, rules },
});

const account = (namespace: string, name: string): FlowSubject => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name } });

/**
 * How the hub's API server isolates members (API Priority and Fairness): their requests have a few seats of their own, and each member has its own
 * queue. So a member at full speed takes no seats from others, and with so few at once little processor and disk; the controller does not queue with
 * them at all.
 *
 * This level serves all requests of accounts of the default project, and the requests of accounts of further projects for kinds of the exchange.
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
