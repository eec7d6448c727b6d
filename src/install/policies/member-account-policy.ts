import { controller, exchange, networking } from '../../api/groups.ts';
import { exchangePrefix, hubNamespace, memberNamespace } from '../../api/places.ts';
import { callerIs } from './callers.ts';
import { type PolicyParts, planPolicy } from './policy.ts';

/**
 * The accounts of members on the hub are in the namespace of their project. Kubernetes' role `edit` can act as any account of its namespace: with a
 * TokenRequest, with a Secret that Kubernetes fills with a token, with a pod that uses the account, and by impersonation. Each way is closed here.
 */

/** CEL: the caller may register clusters here, and so manage their accounts. */
const mayRegister = (verb: 'create' | 'delete'): string =>
  `authorizer.group('${controller.group}').resource('clusters').namespace(request.namespace).check('${verb}').allowed()`;

/**
 * CEL: the caller has a token of its own. The API server adds its identifier (Kubernetes 1.30 and later), and a caller that impersonates an account
 * cannot add it.
 */
const hasToken = "request.userInfo.?extra[?'authentication.kubernetes.io/credential-id'].orValue([]).size() > 0";

const inProject = {
  name: 'in-a-project',
  expression: `request.namespace == 'default' || (request.namespace.startsWith('kubeslice-') && !(request.namespace in ['${hubNamespace}', '${memberNamespace}']) && !request.namespace.startsWith('${exchangePrefix}'))`,
};

/** The controller withdraws accounts and renews tokens; the controllers of Kubernetes delete the content of a deleted namespace. */
const byOthers = {
  name: 'by-others',
  expression: `request.userInfo.username != 'system:serviceaccount:${hubNamespace}:kubeslice-controller' && !request.userInfo.username.startsWith('system:serviceaccount:kube-system:') && !request.userInfo.username.startsWith('system:kube-')`,
};

const guard = (
  name: string,
  what: Pick<PolicyParts, 'rules'> & { readonly owner: string; readonly subject: string; readonly allowed: string },
) =>
  planPolicy({
    name,
    rules: what.rules,
    conditions: [
      inProject,
      byOthers,
      { name: 'of-a-member', expression: `${what.owner}.matches('^kubeslice-(worker|join|farewells)-.+$')` },
    ],
    validations: [
      {
        expression: what.allowed,
        messageExpression: `${what.subject} + ' belongs to a member cluster, and only who may ' + (request.operation == 'DELETE' ? 'delete' : 'create') + ' clusters.${controller.group} in namespace "' + request.namespace + '" may do this; ask an administrator of the hub, whom "kubeslice join", "leave" and "token create" serve'`,
        reason: 'Forbidden',
      },
    ],
  });

const objects = guard('kubeslice-member-accounts', {
  rules: [
    { apiGroups: [''], apiVersions: ['*'], resources: ['serviceaccounts', 'configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
    { apiGroups: ['coordination.k8s.io'], apiVersions: ['*'], resources: ['leases'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
  ],
  owner: 'request.name',
  subject: "request.resource.resource + ' \"' + request.name + '\"'",
  // The lease is the heartbeat of the worker.
  allowed: `(request.resource.resource == 'leases' && request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':' + request.name && ${hasToken}) || (request.operation == 'DELETE' ? ${mayRegister('delete')} : ${mayRegister('create')})`,
});

const tokens = guard('kubeslice-member-tokens', {
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['serviceaccounts/token'], operations: ['CREATE'] }],
  owner: 'request.name',
  subject: "'the token of service account \"' + request.name + '\"'",
  // Their roles limit which account. The kubelet that requests a token for a pod is not among them.
  allowed: `(request.userInfo.username.matches('^system:serviceaccount:' + request.namespace + ':kubeslice-(worker|join)-') && ${hasToken}) || ${mayRegister('create')}`,
});

const account = "object.metadata.?annotations[?'kubernetes.io/service-account.name'].orValue('')";

const tokenSecrets = guard('kubeslice-member-token-secrets', {
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['secrets'], operations: ['CREATE', 'UPDATE'] }],
  owner: account,
  subject: `'the token of service account "' + ${account} + '"'`,
  allowed: mayRegister('create'),
});

const ownTokens = planPolicy({
  name: 'kubeslice-own-tokens',
  rules: [
    {
      apiGroups: [controller.group, networking.group, exchange.group],
      apiVersions: ['*'],
      resources: ['*/*'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
    },
  ],
  conditions: callerIs('kubeslice-(worker|join)-.+$'),
  validations: [
    {
      expression: hasToken,
      message: 'Who acts for a member cluster needs the token of its account; to impersonate the account is not enough.',
      reason: 'Forbidden',
    },
  ],
});

/** Policies of the hub that protect the accounts of members from users who may only edit the namespace of a project. */
export const memberAccountPolicy = [...objects, ...tokens, ...tokenSecrets, ...ownTokens];
