import { controller, networking } from '../../api/groups.ts';
import { confirmAnnotation } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { type PolicyParts, planPolicy } from './policy.ts';

/** One deletion can end much for many people, so it needs a confirmation. A policy cannot ask, but it can require an annotation first. */

/** Excludes deletions on behalf of others: the owner of the object, or its namespace, is being deleted already. */
const byPeople = {
  name: 'by-people',
  expression:
    "!request.userInfo.username.startsWith('system:serviceaccount:kube-system:') && !request.userInfo.username.startsWith('system:kube-')",
};

const unconfirmed = {
  name: 'unconfirmed',
  expression: `!has(oldObject.metadata.deletionTimestamp) && oldObject.metadata.?annotations[?'${confirmAnnotation}'].orValue('') != 'true'`,
};

/** The command that confirms a deletion, as a part of a CEL text. */
const confirmation = (kind: string): string =>
  `'"kubectl -n ' + request.namespace + ' annotate ${kind} ' + oldObject.metadata.name + ' ${confirmAnnotation}=true"'`;

const asked = (parts: Pick<PolicyParts, 'name' | 'rules' | 'namespaceSelector' | 'variables' | 'validations'>) =>
  planPolicy({ ...parts, conditions: [byPeople, unconfirmed] });

const clusters = asked({
  name: 'kubeslice-cluster-deletion',
  rules: [{ apiGroups: [controller.group], apiVersions: ['*'], resources: ['clusters'], operations: ['DELETE'] }],
  validations: [
    {
      expression: "!oldObject.?status.?conditions.orValue([]).exists(c, c.type == 'Ready' && c.status == 'True')",
      messageExpression: `'cluster "' + oldObject.metadata.name + '" is connected, and deleting it ends all its slices at once; remove it with "kubeslice leave ' + oldObject.metadata.name + ' --context <its context> --hub-context <this one>", or confirm with ' + ${confirmation('cluster')} + ' and delete it again'`,
      reason: 'Forbidden',
    },
  ],
});

const slices = asked({
  name: 'kubeslice-slice-deletion',
  rules: [{ apiGroups: [networking.group], apiVersions: ['*'], resources: ['slices'], operations: ['DELETE'] }],
  // The worker owns the copies in a member.
  namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [memberNamespace] }] },
  variables: [
    {
      name: 'using',
      expression: 'oldObject.?status.?clusters.orValue([]).filter(c, c.?inUse.orValue(false)).map(c, c.name)',
    },
  ],
  validations: [
    {
      expression: 'size(variables.using) == 0',
      messageExpression: `'slice "' + oldObject.metadata.name + '" has pods in ' + variables.using.join(', ') + ', whose connections end with it; stop them first, or confirm with ' + ${confirmation('slice')} + ' and delete it again'`,
      reason: 'Forbidden',
    },
  ],
});

/** Policies of the hub about deletions that end working things: a connected cluster and a slice with pods require an annotation first. */
export const hubDeletionPolicies = [...clusters, ...slices];
